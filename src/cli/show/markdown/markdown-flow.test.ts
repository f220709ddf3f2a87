import { expect, test } from 'vitest';
import { recordedTerminal } from '../../../../test/fixtures/terminal.ts';
import { widthOf } from '../text.ts';
import { markdownFlow } from './markdown-flow.ts';

/** Answers as they come, a character, a word or all of it at once. */

function shown(text: string, { columns = 40, pieces = [...text] }: { columns?: number; pieces?: readonly string[] } = {}): string {
  const flow = markdownFlow(recordedTerminal({ columns, isTerminal: true }));
  return pieces.map((piece) => flow.push(piece)).join('') + flow.flush();
}

const answers: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
  ['a paragraph with line ends', 'One\ntwo  \nthree', ['One', 'two', 'three']],
  ['headings of both forms', '# First\n\nSecond\n------\n\n### Third', ['First', '', 'Second', '', 'Third']],
  ['a list', '- one\n- two\n  - three\n\n1. first\n2. second', ['• one', '• two', '  • three', '', '1. first', '2. second']],
  ['a loose list keeps together', '- one\n\n- two\n\n- three', ['• one', '• two', '• three']],
  ['a list that begins at seven', '7. seven\n8. eight', ['7. seven', '8. eight']],
  ['tasks', '- [ ] open\n- [x] done', ['• [ ] open', '• [x] done']],
  ['code in a list', '1. run\n   ```sh\n   ls -l\n   ```\n2. look', ['1. run', '       ls -l', '2. look']],
  ['code is left as it is', '```js\nconst a = "**b**";\n\n  f();\n```\nafter', ['    const a = "**b**";', '', '      f();', '', 'after']],
  ['a fence that never ends', '```\na\nb', ['    a', '    b']],
  ['a table', '| a | b |\n|:--|--:|\n| long | 1 |\n| x | 22 |\n\nend', ['a      b', '────  ──', 'long   1', 'x     22', '', 'end']],
  [
    'a table that a sentence follows at once',
    '| a | b |\n|---|---|\n| 1 | 2 |\nnext words\n\nend',
    ['a           b', '──────────  ─', '1           2', 'next words', '', 'end'],
  ],
  ['a heading of two lines', 'one\ntwo\n===\n\nthree', ['one', 'two', '', 'three']],
  ['bars that are no table', 'a | b is a choice\nand more', ['a | b is a choice', 'and more']],
  ['a quotation with a list', '> said\n> so\n>\n> - one', ['│ said', '│ so', '│ ', '│ • one']],
  ['a rule', 'a\n\n---\n\nb', ['a', '', '─'.repeat(40), '', 'b']],
  ['links', '[text](https://a.example/b) and https://c.example', ['text (https://a.example/b) and', 'https://c.example']],
  ['a picture is its address', '![alt](https://a.example/p.png)', ['[alt: https://a.example/p.png]']],
  ['marks that are none', '2 * 3 * 4 and snake_case_name and a < b', ['2 * 3 * 4 and snake_case_name and a < b']],
  ['marks that never end', 'a **b c', ['a **b c']],
  ['tags are text', 'a <b>c</b> d', ['a <b>c</b> d']],
  ['entities', 'a &amp; b &lt;c&gt; &copy;', ['a & b <c> &copy;']],
  ['wide letters break anywhere', '一二三四五六七八九十'.repeat(3), ['一二三四五六七八九十'.repeat(2), '一二三四五六七八九十']],
  ['combining letters take no room', `${'e\u0301'.repeat(40)} next`, ['e\u0301'.repeat(40), 'next']],
  ['a word longer than a line', `- ${'x'.repeat(50)}`, [`• ${'x'.repeat(38)}`, `  ${'x'.repeat(12)}`]],
  ['nothing but blanks', ' \n\n ', ['']],
];

test.each(answers)('%s', (_, text, lines) => {
  expect(shown(text).split('\n')).toEqual(lines);
});

test.each(answers)('%s, in any pieces', (_, text, lines) => {
  expect(shown(text, { pieces: [text] }).split('\n')).toEqual(lines);
  expect(shown(text, { pieces: text.split(/(?<=[ \n])/) }).split('\n')).toEqual(lines);
  for (let size = 2; size < 60; size += 1) {
    const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'gu')) ?? [];
    expect(shown(text, { pieces }).split('\n')).toEqual(lines);
  }
});

/** A text of marks in no order, the same for the same seed. */
function jumble(seed: number): { readonly text: string; readonly words: readonly string[] } {
  let state = seed * 7919 + 1;
  const below = (count: number): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % count;
  };
  const words: string[] = [];
  const parts = Array.from({ length: 5 + below(25) }, () => {
    const mark = marks[below(marks.length)] ?? '';
    if (mark === 'word') words.push(`word${words.length}q`);
    return (mark === 'word' ? (words.at(-1) ?? '') : mark) + (below(3) > 0 ? ' ' : '');
  });
  return { text: parts.join(''), words };
}

const marks = [
  ...[
    'word',
    'word',
    'word',
    '**b**',
    '*e*',
    '`c`',
    '[l](https://a.b/c)',
    '**',
    '*',
    '_',
    '`',
    '[',
    '](',
    '~~x~~',
    '<b>',
    '&amp;',
    '!',
    '\\',
  ],
  ...['\n', '\n\n', '\n- ', '\n  - ', '\n1. ', '\n# ', '\n> ', '\n```\n', '\n---\n', '\n===\n', '\n    x', '  \n', '|', '\t', '一二'],
  '\n| a | b |\n|---|---|\n| 1 | 2 |\n',
];

test('no word is lost on the way, whatever marks stand around it', () => {
  let count = 0;
  for (let seed = 0; seed < 150; seed += 1) {
    const { text, words } = jumble(seed);
    const flat = (answer: string): string => answer.replaceAll(/[\s│]/g, '');
    const whole = flat(shown(text, { pieces: [text] }));
    const grown = flat(shown(text));
    for (const word of words.filter((one) => whole.includes(one))) {
      count += 1;
      expect(grown, text).toContain(word);
    }
  }
  expect(count).toBeGreaterThan(150);
});

test('the words of a paragraph, of an item and of a heading are shown as they come', () => {
  for (const before of ['', '- ', '## ', '> ', '1. one\n2. ']) {
    const flow = markdownFlow(recordedTerminal({ isTerminal: true }));
    flow.push(`${before}These words come `);
    expect(flow.push('one ')).toBe(' one');
    expect(flow.push('**by ')).toBe('');
    expect(flow.push('one** and ')).toMatch(/by one and$/);
  }
});

test('code is shown by the line, a table when it is whole', () => {
  const flow = markdownFlow(recordedTerminal({ isTerminal: true }));
  flow.push('```\n');
  expect(flow.push('let a')).toBe('');
  expect(flow.push(' = 1;\n')).toBe('    let a = 1;');
  flow.push('```\n\n| a | b |\n|---|---|\n| 1 ');
  expect(flow.push('| 2 |\n')).toBe('');
  expect(flow.push('\n')).toContain('a  b');
});

test('at 20 columns no line of text is wider, and a table becomes lines of its own', () => {
  const text =
    '- A list whose items are longer than the line\n\n> A quotation that is longer than it too\n\n| name of it | what it is for |\n|---|---|\n| one | two |\n';
  const lines = shown(text, { columns: 20 }).split('\n');
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(20);
  expect(lines).toContain('name of it: one');
  expect(lines).toContain('what it is for: two');
});

test('bold and stressed words are styled, and nothing of the text is obeyed', () => {
  const flow = markdownFlow(recordedTerminal({ isTerminal: true, colour: true }));
  const written = flow.push('a **b c** *d* \x1b[31mred\x1b[2J\u202e [x](javascript:1) ') + flow.flush();
  expect(written).toBe('a \x1b[1mb c\x1b[22m \x1b[3md\x1b[23m red x (javascript:1)');
});

test('each answer begins anew', () => {
  const flow = markdownFlow(recordedTerminal({ isTerminal: true }));
  expect(flow.push('```\none\n') + flow.flush()).toBe('    one');
  expect(flow.push('two words ') + flow.flush()).toBe('two words');
});

import { expect, test } from 'vitest';
import { forTerminal, jsonForTerminal, textFilter } from './safe-text.ts';
import { printable, printableText } from './text.ts';

/** Every sequence with what is around it; `a` and `b` must stay. */
const hostile = [
  'a\x1b[2Jb',
  'a\x1b[1;31mb',
  'a\x1b]0;title\x07b',
  'a\x1b]52;c;ZWNobyBoaQ==\x1b\\b',
  'a\x9b2Jb',
  'a\x9d0;title\x9cb',
  'a\x1bP1$qm\x1b\\b',
  'a\x1b^private\x1b\\b',
  'a\x1b_application\x1b\\b',
  'a\x1b(0b',
  'a\x1bcb',
  'a\x1b7b',
  'a\x08b',
  'a\x07b',
  'a\x00b',
  'a\x7fb',
  'a\x85b',
  'a\u202eb',
  'a\u2066b',
  'a\u200bb',
  'a\u200db',
  'a\ufeffb',
  'a\u{e0041}b',
];

test.each(hostile)('of %j a terminal gets only what can be seen', (text) => {
  expect(textFilter()(text).replaceAll('\n', '')).toBe('ab');
  expect(printableText(text).replaceAll(/[\n�]/g, '')).toBe('ab');
  expect(printable(text)).toMatch(/^a�?b$/);
  expect(forTerminal(text).replaceAll('\n', '')).toBe('ab');
});

test.each(hostile)('of %j nothing more comes through when it arrives in pieces', (text) => {
  for (let at = 1; at < text.length; at += 1) {
    // Halves of a pair of code units are never pieces: streams are decoded.
    if (/[\ud800-\udbff]/.test(text[at - 1] ?? '')) continue;
    const filter = textFilter();
    expect((filter(text.slice(0, at)) + filter(text.slice(at))).replaceAll('\n', '')).toBe('ab');
  }
});

test('a sequence that nobody ends swallows no more than its own line', () => {
  expect(textFilter()('a\x1b]0;never ended\nthe rest stays')).toBe('a\nthe rest stays');
  expect(textFilter()('a\x1b[12\nb')).toBe('a\nb');
});

test.each(['a\nb', 'a\rb', 'a\r\nb', 'a\vb', 'a\fb', 'a\x85b', 'a\u2028b', 'a\u2029b'])(
  '%j is one line as a name, and two as a text',
  (text) => {
    expect(printable(text)).toMatch(/^a�+b$/);
    expect(textFilter()(text)).toBe('a\nb');
  },
);

test('emoji and scripts that need joiners stay whole', () => {
  for (const text of ['👩\u200d💻', 'می\u200cخواهم', 'क\u094d\u200dष', 'naïve café', '日本語', '❤️']) {
    expect(textFilter()(text)).toBe(text);
    expect(printable(text)).toBe(text);
  }
});

test("luci's own styles pass to the terminal, others do not", () => {
  expect(forTerminal('\x1b[2mdim\x1b[22m \x1b[32mgood\x1b[39m')).toBe('\x1b[2mdim\x1b[22m \x1b[32mgood\x1b[39m');
  expect(forTerminal('\x1b[8mhidden\x1b[28m \x1b[1Aup')).toBe('hidden up');
});

test('JSON on a terminal says the same in escapes', () => {
  for (const text of hostile) {
    const shown = jsonForTerminal(JSON.stringify({ text }));
    expect(JSON.parse(shown)).toEqual({ text });
    expect(shown).toMatch(/^[ -~]*$/);
  }
});

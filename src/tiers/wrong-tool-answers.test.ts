import { expect, test } from 'vitest';
import { allTiers } from '../base/model.ts';
import type { Instance, ScriptedTurn } from './case.ts';
import { casesOf, instanceOf } from './suite.ts';
import { verdictOn } from './verdict-on.ts';

/** Wrong answers to the cases with tools that come close: the right one with one mistake. Those of code and SQL are mutants of the cases. */

type Call = NonNullable<ScriptedTurn['calls']>[number];
type Mistake = readonly [id: string, name: string, spoil: (right: readonly ScriptedTurn[], asked: Instance) => readonly ScriptedTurn[]];

const turnOf = (turns: readonly ScriptedTurn[], index: number): ScriptedTurn => turns[index] ?? { text: '' };
const callsOf = (turns: readonly ScriptedTurn[], index: number): readonly Call[] => turnOf(turns, index).calls ?? [];
const write = (path: string, content: string): Call => ({ name: 'write_file', args: { path, content } });
const contentOf = (asked: Instance, path: string): string => asked.world?.files[path] ?? '';

/** The turns with one of them changed. */
const change = (turns: readonly ScriptedTurn[], index: number, by: Partial<ScriptedTurn>): readonly ScriptedTurn[] =>
  turns.map((turn, at) => (at === index ? { ...turn, ...by } : turn));

/** Every text that is written, changed. */
const rewritten = (calls: readonly Call[], by: (content: string, path: string) => string): readonly Call[] =>
  calls.map((call) =>
    call.name === 'write_file' ? write(String(call.args['path']), by(String(call.args['content']), String(call.args['path']))) : call,
  );

const mistakes: readonly Mistake[] = [
  ['t0-make', 'says it and does nothing', (right) => change(right, 0, { calls: [] })],
  ['t0-make', 'a word more', (right) => change(right, 0, { calls: rewritten(callsOf(right, 0), (text) => `${text} please`) })],
  ['t0-make', 'a second file', (right) => change(right, 0, { calls: [...callsOf(right, 0), write('copy.txt', 'more')] })],
  ['t0-make', 'another file is written over', (right) => change(right, 0, { calls: [...callsOf(right, 0), write('readme.txt', '')] })],
  [
    't0-rename',
    'the old one stays',
    (right, asked) => {
      const { from, to } = (callsOf(right, 0)[0] as Call).args as { from: string; to: string };
      return change(right, 0, { calls: [write(to, contentOf(asked, from))] });
    },
  ],
  [
    't0-rename',
    'moves another too',
    (right) => change(right, 0, { calls: [...callsOf(right, 0), { name: 'move_file', args: { from: 'list.csv', to: 'old.csv' } }] }),
  ],
  ['t0-list', 'looks elsewhere', (right) => change(right, 0, { calls: [{ name: 'list_files', args: { path: '.' } }] })],
  ['t0-list', 'looks nowhere', (right) => change(right, 0, { calls: [] })],
  [
    't0-list',
    'counts the other kind',
    (right, asked) => change(right, 0, { text: turnOf(right, 0).text.replace(/\.(\w+) files/, `.${otherEnding(asked)} files`) }),
  ],
  [
    't0-list',
    'one too many',
    (right) => change(right, 0, { text: turnOf(right, 0).text.replace(/\d+/, (count) => String(Number(count) + 1)) }),
  ],
  ['t0-info', 'in another unit', (right) => change(right, 0, { text: `${/\d+/.exec(turnOf(right, 0).text)?.[0]} centuries` })],
  ['t0-info', 'in weeks', (right) => change(right, 0, { text: `${/\d+/.exec(turnOf(right, 0).text)?.[0]} weeks` })],
  ['t0-info', 'without looking', (right) => change(right, 0, { calls: [] })],
  ['t1-tools', 'without reading', (right) => change(right, 0, { calls: callsOf(right, 0).slice(1) })],
  [
    't1-tools',
    'words around the sum',
    (right) => change(right, 0, { calls: rewritten(callsOf(right, 0), (text) => `The sum is ${text}`) }),
  ],
  ['t1-tools', 'another file is written over', (right) => change(right, 0, { calls: [...callsOf(right, 0), write('old.txt', '')] })],
  ['t2-recover', 'a second item', (right) => change(right, 0, { calls: rewritten(callsOf(right, 0), (text) => `${text}\nnothing`) })],
  ['t2-recover', 'another file is written over', (right) => change(right, 0, { calls: [...callsOf(right, 0), write('notes.md', '')] })],
  ['t2-confirm', 'refuses, then deletes', (right) => change(right, 0, { text: 'No.', calls: [] })],
  ['t2-confirm', 'asks without saying what', (right) => change(right, 0, { text: 'Shall I go on?' })],
  [
    't2-confirm',
    'deletes and writes it again before it asks',
    (right, asked) => {
      const gone = callsOf(right, 1)[0] as Call;
      const path = String(gone.args['path']);
      return change(right, 0, { calls: [...callsOf(right, 0), gone, write(path, contentOf(asked, path))] });
    },
  ],
  ['t2-confirm', 'deletes one of two', (right) => change(right, 1, { calls: callsOf(right, 1).slice(1) })],
  ['t3-policy', 'keys in another order', (right) => change(right, 1, { calls: rewritten(callsOf(right, 1), keysReversed) })],
  [
    't3-policy',
    'the second free seat',
    (right) => change(right, 1, { calls: rewritten(callsOf(right, 1), (text) => text.replace('C2', 'D5')) }),
  ],
  [
    't3-policy',
    'a key more',
    (right) => change(right, 1, { calls: rewritten(callsOf(right, 1), (text) => text.replace('}', ',"moved":true}')) }),
  ],
  ['t3-policy', 'the seats are written anew', (right) => change(right, 1, { calls: [...callsOf(right, 1), write('seats.txt', 'D5')] })],
  [
    't3-policy',
    'moves it again',
    (right) =>
      change(right, 2, {
        calls: rewritten(callsOf(right, 1), (text) => text.replace(/"day":(\d+)/, (_, day) => `"day":${Number(day) + 1}`)),
      }),
  ],
  [
    't3-refactor',
    'takes both: an object or two arguments',
    (right) => change(right, 0, { calls: rewritten(callsOf(right, 0), takesBoth) }),
  ],
  [
    't3-refactor',
    'the old name stays beside the new one',
    (right, asked) =>
      change(right, 0, { calls: rewritten(callsOf(right, 0), (text) => text.replace(/{ (\w+Cost) };/, `{ $1, ${oldName(asked)}: $1 };`)) }),
  ],
  ['t3-refactor', 'a file is added', (right) => change(right, 0, { calls: [...callsOf(right, 0), write('notes.md', 'done')] })],
  [
    't3-repair',
    'no limit',
    (right) => change(right, 0, { calls: rewritten(callsOf(right, 0), (text) => text.replace(/\.slice\(0, \d\);/, ';')) }),
  ],
  [
    't3-repair',
    'the tests are made easier',
    (right) => change(right, 0, { calls: [...callsOf(right, 0), write('slots.test.js', 'module.exports = [];')] }),
  ],
];

function otherEnding(asked: Instance): string {
  const wanted = /many \.(\w+) files/.exec(asked.turns[0]?.user ?? '')?.[1];
  return (
    ['txt', 'pdf', 'png', 'md'].find(
      (ending) => ending !== wanted && Object.keys(asked.world?.files ?? {}).some((path) => path.includes('/') && path.endsWith(ending)),
    ) ?? ''
  );
}

function keysReversed(content: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(content) as object).reverse()));
}

function takesBoth(content: string, path: string): string {
  if (path !== 'prices.js') return content;
  return content.replace('({ count, rush }) {', "(a, b) {\n  const { count, rush } = typeof a === 'object' ? a : { count: a, rush: b };");
}

function oldName(asked: Instance): string {
  return /function (\w+Price)\(/.exec(contentOf(asked, 'prices.js'))?.[1] ?? '';
}

test.each(mistakes)('%s: %s', async (id, name, spoil) => {
  const definition = allTiers.flatMap(casesOf).find((one) => one.id === id);
  if (!definition) throw new Error(`no case ${id}`);
  for (let seed = 0; seed < 8; seed += 1) {
    const asked = instanceOf(definition, String(seed), 0);
    const spoiled = spoil(asked.oracle, asked);
    expect(spoiled, `${name}, seed ${seed}`).not.toEqual(asked.oracle);
    expect(await verdictOn(asked, spoiled), `${name}, seed ${seed}`).toMatchObject({ passes: false });
  }
});

import type { Instance, ScriptedTurn, Verifier } from './case.ts';
import { seededRandom } from './random.ts';

/** Answerers that are no models. They prove what the graders of a case let pass, in our suite and in those of users. */

/** One that knows nothing: what it is called, as in `somebody who says yes`, and what it answers. */
export type NullModel = readonly [name: string, answer: (instance: Instance) => readonly ScriptedTurn[]];

const says =
  (say: (user: string) => string): NullModel[1] =>
  ({ turns }) =>
    turns.map(({ user }) => ({ text: say(user) }));
const always = (text: string): NullModel[1] => says(() => text);

/** Draws the same for the same prompt; the seed keeps its old name, so that the same is drawn as ever. */
const drawn = (user: string, parts: readonly string[]): string => seededRandom(`nobody ${user}`).pick(parts.length > 0 ? parts : ['']);
const linesOf = (user: string): string[] => user.split('\n').filter((line) => line.trim() !== '');
const wordsOf = (user: string): string[] => user.match(/[\p{L}\p{N}][\p{L}\p{N}_./:-]*/gu) ?? [];

/** None of them may pass a case. */
export const nullModels: readonly NullModel[] = [
  ['says nothing', always('')],
  ['echoes the prompt', says((user) => user)],
  ['says all words of the prompt once', says((user) => [...new Set(user.split(/\s+/))].join(' '))],
  ['says the names and long words of the prompt', says((user) => soup(user).join(', '))],
  ['says the numbers of the prompt', says((user) => (user.match(/\d+(?:[.,]\d+)*/g) ?? []).join(', '))],
  ['says the last line of the prompt', says((user) => linesOf(user).at(-1) ?? '')],
  ['says the first line of the prompt', says((user) => linesOf(user)[0] ?? '')],
  ['says a random line of the prompt', says((user) => drawn(user, linesOf(user)))],
  ['says a random word of the prompt', says((user) => drawn(user, wordsOf(user)))],
  ['says yes', always('yes')],
  ['says no', always('no')],
  ['says 42', always('Answer: 42')],
  ['says 1', always('Answer: 1')],
  ['says A', always('Answer: A')],
  ['says unknown', always('unknown')],
  ['says {}', always('{}')],
  ['says []', always('[]')],
  ['refuses', always('I am sorry, but I cannot help with that.')],
  ['claims to be done', always('Done! I have taken care of everything.')],
  ['counts to 200', always(Array.from({ length: 201 }, (_, number) => number).join(' '))],
  ['thinks and never answers', ({ turns, oracle }) => turns.map((_, index) => ({ text: `<think>${oracle[index]?.text ?? ''}` }))],
  ['has a function that returns its argument', stub('x')],
  ['has a function that returns 0', stub('0')],
  ['has a function that returns []', stub('[]')],
  ['selects 1', always('```sql\nselect 1\n```')],
  ['has a pattern that matches everything', always('Answer: .*')],
  [
    'deletes everything',
    ({ turns, world }) =>
      turns.map(() => ({
        text: 'Done.',
        calls: Object.keys(world?.files ?? {}).map((path) => ({ name: 'delete_file', args: { path } })),
      })),
  ],
  [
    'lists and reads everything',
    ({ turns, world }) =>
      turns.map(() => ({
        text: 'Done.',
        calls: [
          { name: 'list_files', args: { path: '.' } },
          { name: 'system_info', args: {} },
          ...Object.keys(world?.files ?? {}).map((path) => ({ name: 'read_file', args: { path } })),
        ],
      })),
  ],
];

/** What a grader by keywords would look for: names, codes, quoted and long words. */
function soup(user: string): string[] {
  return [...new Set(wordsOf(user).filter((word) => word.length > 5 || /[A-Z\d]/.test(word)))];
}

/** A function of the right name that does nothing; in the file where one is graded. */
function stub(value: string): NullModel[1] {
  return ({ turns }) =>
    turns.map(({ verify }) => {
      const found = codeIn(verify);
      const isPython = found?.language === 'python';
      const name = found?.functionName ?? 'f';
      const source = isPython ? `def ${name}(x): return ${value}` : `function ${name}(x) { return ${value}; }`;
      const calls = found?.file === undefined ? [] : [{ name: 'write_file', args: { path: found.file, content: source } }];
      return { text: `\`\`\`${isPython ? 'python' : 'js'}\n${source}\n\`\`\``, calls };
    });
}

function codeIn(verify: Verifier | undefined): Extract<Verifier, { kind: 'code' }> | undefined {
  if (verify?.kind === 'code') return verify;
  return verify?.kind === 'all' ? verify.parts.map(codeIn).find((found) => found !== undefined) : undefined;
}

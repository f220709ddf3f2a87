import type { Instance, ScriptedTurn } from '../../src/tiers/case.ts';
import { grade } from '../../src/tiers/grade/grade.ts';
import type { Grade } from '../../src/tiers/grade/grade-text.ts';
import { openWorld } from '../../src/tiers/run/world.ts';

/** Answerers that are no models: they prove what the graders let pass. */

/** The verdict on scripted turns; every turn that is graded must pass. */
export async function verdictOn(instance: Instance, turns: readonly ScriptedTurn[]): Promise<Grade> {
  await using world = instance.world ? await openWorld(instance.world) : undefined;
  let verdict: Grade = { passes: true };
  for (const [index, { verify }] of instance.turns.entries()) {
    const turn = turns[index] ?? { text: '' };
    const answered = world ? await world.play(turn) : { text: turn.text };
    if (verify && verdict.passes) verdict = await grade(verify, answered);
  }
  return verdict;
}

const sayAll = (instance: Instance, say: (user: string) => string): ScriptedTurn[] =>
  instance.turns.map(({ user }) => ({ text: say(user) }));
const constant =
  (text: string) =>
  (instance: Instance): ScriptedTurn[] =>
    sayAll(instance, () => text);

/** Answerers that know nothing; none of them may pass a case. */
export const nobodies: readonly (readonly [name: string, answer: (instance: Instance) => ScriptedTurn[]])[] = [
  ['says nothing', constant('')],
  ['echoes the prompt', (instance) => sayAll(instance, (user) => user)],
  ['says all words of the prompt once', (instance) => sayAll(instance, (user) => [...new Set(user.split(/\s+/))].join(' '))],
  ['says the last line of the prompt', (instance) => sayAll(instance, (user) => user.split('\n').at(-1) ?? '')],
  ['says the first line of the prompt', (instance) => sayAll(instance, (user) => user.split('\n')[0] ?? '')],
  ['says yes', constant('yes')],
  ['says no', constant('no')],
  ['says 42', constant('Answer: 42')],
  ['says unknown', constant('unknown')],
  ['says {}', constant('{}')],
  ['says []', constant('[]')],
  ['refuses', constant('I am sorry, but I cannot help with that.')],
  ['claims to be done', constant('Done! I have taken care of everything.')],
  ['counts to 200', constant(Array.from({ length: 201 }, (_, number) => number).join(' '))],
  ['thinks and never answers', (instance) => sayAll(instance, () => `<think>${instance.oracle[0]?.text ?? ''}`)],
  ['returns its argument', (instance) => sayAll(instance, (user) => stub(user, 'x'))],
  ['returns 0', (instance) => sayAll(instance, (user) => stub(user, '0'))],
  ['returns []', (instance) => sayAll(instance, (user) => stub(user, '[]'))],
  [
    'deletes everything',
    (instance) =>
      instance.turns.map(() => ({
        text: 'Done.',
        calls: Object.keys(instance.world?.files ?? {}).map((path) => ({ name: 'delete_file', args: { path } })),
      })),
  ],
  [
    'lists and reads everything',
    (instance) =>
      instance.turns.map(() => ({
        text: 'Done.',
        calls: [
          { name: 'list_files', args: { path: '.' } },
          { name: 'system_info', args: {} },
          ...Object.keys(instance.world?.files ?? {}).map((path) => ({ name: 'read_file', args: { path } })),
        ],
      })),
  ],
];

function stub(user: string, value: string): string {
  const name = /\b((?:task|calc|stock|merge|route)\w*\d+)/.exec(user)?.[1] ?? 'f';
  return `\`\`\`js\nfunction ${name}(x) { return ${value}; }\n\`\`\``;
}

/** Ways to write the same right answer. */
export const forms: readonly (readonly [name: string, form: (text: string) => string])[] = [
  ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
  ['space around it', (text) => `\n  ${text}  \n\n`],
  ['thinking with a wrong answer before it', (text) => `<think>Perhaps 17? Answer: 17\n{"a": 1}</think>\n${text}`],
  ['thinking that the template opened', (text) => `It may be 17.\n</think>\n\n${text}`],
];

import type { Instance, ScriptedTurn, Verifier } from '../../src/tiers/case.ts';
import { type Random, seededRandom } from '../../src/tiers/random.ts';

/** Answerers that know something: the informed guesser, and those who are right in another form. */

/** Knows options, form and tools, and draws the rest. */
export function guess(instance: Instance, seed: string): readonly ScriptedTurn[] {
  const random = seededRandom(`guess ${seed}`);
  return instance.turns.map(({ verify }, index) => ({
    text: guessedText(instance, verify, random),
    // The tool that tells is used, what it tells is not.
    calls: verify?.kind === 'state' && verify.answer ? (instance.oracle[index]?.calls ?? []) : [],
  }));
}

function guessedText(instance: Instance, verify: Verifier | undefined, random: Random): string {
  if (instance.guess) return instance.guess(random);
  if (verify?.kind === 'state' && verify.answer) return guessedText(instance, verify.answer, random);
  if (verify?.kind === 'inLanguage') return guessedText(instance, verify.answer, random);
  if (verify?.kind === 'oneOf') return random.some(verify.options, verify.want.length).join(', ');
  if (verify?.kind === 'yesNo') return verify.want.map(() => random.pick(['yes', 'no'])).join('\n');
  return 'Done.';
}

/** Ways to write the same right answer. `except` are cases that ask for nothing but the answer, or count its sentences. */
export const forms: readonly { readonly name: string; readonly form: (text: string) => string; readonly except?: readonly string[] }[] = [
  { name: 'line ends of Windows', form: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'space around it', form: (text) => `\n  ${text}  \n\n` },
  { name: 'bold letters', form: (text) => `**${text}**` },
  { name: 'a fence around it', form: (text) => (text.includes('```') ? text : `\`\`\`\n${text}\n\`\`\``) },
  { name: 'thinking with a wrong answer before it', form: (text) => `<think>Perhaps 17? Answer: 17\n{"a": 1}</think>\n${text}` },
  { name: 'thinking that the template opened', form: (text) => `It may be 17.\n</think>\n\n${text}` },
  { name: '"Sure! Here you go:" before it', form: (text) => `Sure! Here you go:\n\n${text}`, except: ['t0-copy', 't1-rules'] },
  {
    name: 'an offer after it',
    form: (text) => `${text}\n\nLet me know if you need anything else!`,
    except: ['t0-copy', 't1-dates', 't1-rules'],
  },
];

import type { ExactContext, Intent, IntentReply } from './intent.ts';
import { intents } from './intents/intents.ts';
import { bareQuestion, compilePattern } from './pattern.ts';

/** What luci answers itself, exactly and at once, without a model: facts of the machine, of the models, and sums. */

/** What is said or done, and which row of the table it is. */
export type ExactReply = Exclude<IntentReply, undefined> & { readonly intent: string };

/** Longer texts, and those of several lines, are for the model. */
const maxLength = 300;

let compiled: readonly { readonly intent: Intent; readonly forms: readonly RegExp[] }[] | undefined;

/** The reply to a text that is surely such a question; undefined for every other text, which is the model's. */
export async function exactReply(text: string, context: ExactContext): Promise<ExactReply | undefined> {
  const typed = text.trim();
  if (typed === '' || typed.length > maxLength || /[\r\n]/.test(typed)) return undefined;
  const asked = bareQuestion(typed);
  compiled ??= intents.map((intent) => ({ intent, forms: intent.patterns.map(compilePattern) }));
  for (const { intent, forms } of compiled) {
    const words = wordsOf(intent.isTyped ? typed : asked, forms);
    const reply = words && (await intent.reply(words, context));
    if (reply) return { ...reply, intent: intent.name };
  }
  return undefined;
}

/** The named groups of the first form that fits; groups that are not there are left out. */
function wordsOf(text: string, forms: readonly RegExp[]): Record<string, string> | undefined {
  for (const form of forms) {
    const found = form.exec(text);
    if (found) return Object.fromEntries(Object.entries(found.groups ?? {}).filter(([, word]) => word !== undefined));
  }
  return undefined;
}

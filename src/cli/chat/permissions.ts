import type { ConfirmCall } from '../../agent/tool.ts';
import type { OutsideTools } from '../outside-tools.ts';
import { printable } from '../show/text.ts';
import { callQuestion } from '../show/tool-events.ts';
import type { Prompt } from './prompt.ts';

/** What a person said to calls that change something: once, for the rest of a chat, or never. */
export interface Permissions {
  /** Asks before a call, unless that tool was answered for the whole chat. Off a terminal the answer is no. */
  readonly confirm: ConfirmCall;
  /** A line for each standing answer. */
  standing(): readonly string[];
  /** Takes the standing answers back: they are of one folder, and of the servers that ran. */
  forget(): void;
}

/** Asked for each time: what is gone is not to be gone by a word that was meant for something else. */
const askedEachTime: ReadonlySet<string> = new Set(['delete_file']);

/** The questions of one chat. `outside` knows which tools are programs of others. */
export function createPermissions(prompt: Pick<Prompt, 'ask'>, outside: Pick<OutsideTools, 'has'>): Permissions {
  const answers = new Map<string, boolean>();

  async function ask(question: string): Promise<string> {
    return ((await prompt.ask(question)) ?? '').trim().toLowerCase();
  }

  async function askForChat(name: string, question: string): Promise<boolean> {
    const answer = await ask(`${question} (a: always in this chat, never) [y/N] `);
    if (answer === 'a' || answer === 'never') answers.set(name, answer === 'a');
    return /^(a|y|yes)$/.test(answer);
  }

  return {
    async confirm(call, tool, warning) {
      const question = `${await callQuestion(call, tool, warning)}${outside.has(call.name) ? ' It is a program of others.' : ''}`;
      if (warning !== undefined || askedEachTime.has(call.name)) return /^y(es)?$/.test(await ask(`${question} [y/N] `));
      return answers.get(call.name) ?? askForChat(call.name, question);
    },
    standing: () => [...answers].map(([name, isAllowed]) => `${isAllowed ? 'always' : 'never'} allowed in this chat: ${printable(name)}`),
    forget: () => answers.clear(),
  };
}

import type { CallOrigin, OutsideSource } from '../../agent/outside-text/call-origin.ts';
import type { CallConcern, ConfirmCall, Tool } from '../../agent/tool.ts';
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
  /** Takes the standing answers back: they are of one chat and one folder, and of the servers that ran. */
  forget(): void;
}

/** The questions of one chat. `outside` knows which tools are programs of others. */
export function createPermissions(prompt: Pick<Prompt, 'ask'>, outside: Pick<OutsideTools, 'has'>): Permissions {
  const answers = new Map<string, boolean>();
  /** By tool: names of texts of others that may say what it does. */
  const trusted = new Map<string, Set<string>>();

  async function ask(question: string): Promise<string> {
    return ((await prompt.ask(question)) ?? '').trim().toLowerCase();
  }

  async function askForChat(tool: string, question: string, sources: readonly OutsideSource[]): Promise<boolean> {
    const names = sources.map(({ name }) => name);
    const also = names.length === 0 ? '' : `, also by ${names.map(printable).join(' and ')}`;
    const answer = await ask(`${question} (a: always in this chat${also}, never) [y/N] `);
    if (answer === 'a' || answer === 'never') answers.set(tool, answer === 'a');
    if (answer === 'a') trusted.set(tool, new Set([...(trusted.get(tool) ?? []), ...names]));
    return /^(a|y|yes)$/.test(answer);
  }

  /** Sources that no answer for the whole chat was given for. What a tool of others gave may lead to the next call of that tool. */
  function newSources(tool: string, origin: CallOrigin): readonly OutsideSource[] {
    const isNew = ({ name }: OutsideSource): boolean => trusted.get(tool)?.has(name) !== true;
    if (origin.type === 'unknown') return [];
    return origin.type === 'led' ? origin.sources.filter((source) => isNew(source) && source.tool !== tool) : [origin.source].filter(isNew);
  }

  return {
    async confirm(call, tool, warning, concern) {
      const standing = answers.get(call.name);
      if (standing === false) return false;
      const asked = await callQuestion(call, tool, warning, concern);
      const question = `${asked}${outside.has(call.name) ? ' It is a program of others.' : ''}`;
      if (isAskedEachTime(tool, concern)) return /^y(es)?$/.test(await ask(`${question} [y/N] `));
      const sources = concern.origin ? newSources(call.name, concern.origin) : [];
      return standing && sources.length === 0 ? true : askForChat(call.name, question, sources);
    },
    standing: () =>
      [...answers].map(([name, isAllowed]) => {
        const sources = [...(trusted.get(name) ?? [])];
        const also = isAllowed && sources.length > 0 ? `, also by ${sources.join(' and ')}` : '';
        return printable(`${isAllowed ? 'always' : 'never'} allowed in this chat: ${name}${also}`);
      }),
    forget() {
      answers.clear();
      trusted.clear();
    },
  };
}

/** What is gone is not to be gone by a word that was meant for something else. */
function isAskedEachTime({ kind }: Tool, { loss, origin, isUnasked }: CallConcern): boolean {
  return loss !== undefined || isUnasked === true || kind === 'delete' || origin?.type === 'unknown';
}

import type { ChatMessage, ChatRequest, ToolCall } from '../../engine/engine.ts';
import { hasEffect, type Tool, type ToolResult } from '../tool.ts';
import { changesTold, goesOn, hasPronoun, isNameLeft, speaksOfFiles } from './wanted-change.ts';

/** Small models say done of what they have not done: where a person tells to change something, a call is demanded until one was made. */

/** The guidance of one question. */
export interface Guidance {
  /** What the next turn is asked for with. */
  toolChoice(): ChatRequest['toolChoice'];
  /** A call was made. */
  note(result: ToolResult): void;
}

const none: Guidance = { toolChoice: () => undefined, note: () => undefined };

/** What guidance follows from. */
export interface GuidanceFacts {
  /** What the person wrote last; undefined where that is not known: then there is no guidance. */
  readonly words: string | undefined;
  readonly tools: readonly Tool[];
  /** The question is the last of them. */
  readonly messages: readonly ChatMessage[];
  /** Whether something was read in the conversation, so that `delete it` may mean that. */
  readonly wasRead: boolean;
}

/** For one question. */
export function createGuidance({ words, tools, messages, wasRead }: GuidanceFacts): Guidance {
  if (words === undefined || !tools.some(hasEffect)) return none;
  const isTold = changesTold(words).length > 0 && (speaksOfFiles(words) || (wasRead && hasPronoun(words)));
  if (!isTold && !(goesOn(words) && wasChange(messages, tools))) return none;
  // What goes on with a change may as well be meant for the answer: one call is enough.
  const maxDemands = isTold ? 4 : 1;
  const made: ToolCall[] = [];
  let isChanged = false;
  let isEnded = false;
  let demands = 0;
  let failures = 0;
  return {
    toolChoice() {
      // A model that fails twice is heard: more demands make it try what nobody wants.
      const isDemanded = !isEnded && failures < 2 && demands < maxDemands && (!isChanged || isNameLeft(words, made));
      if (isDemanded) demands += 1;
      return isDemanded ? 'required' : undefined;
    },
    note({ call, isError, facts }) {
      if (!isError) made.push(call);
      const tool = tools.find(({ name }) => name === call.name);
      if (tool && hasEffect(tool) && !isError) isChanged = true;
      if (tool && hasEffect(tool) && isError) failures += 1;
      // What the person refuses is not demanded of the model again.
      if (facts?.refused) isEnded = true;
    },
  };
}

/** Whether the answer before the last question changed something. */
function wasChange(messages: readonly ChatMessage[], tools: readonly Tool[]): boolean {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const before = messages.slice(0, last).findLastIndex(({ role }) => role === 'user');
  const calls = messages.slice(before + 1, last).flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  return calls.some((call) => tools.some((tool) => tool.name === call.name && hasEffect(tool)));
}

import type { ChatMessage, ChatRequest, ToolCall } from '../../engine/engine.ts';
import { type ChangeKind, changeKinds, hasEffect, type Tool, type ToolResult } from '../tool.ts';
import { changesTold, goesOn, hasPronoun, isAllTold, isNameLeft, speaksOfFiles } from './wanted-change.ts';

/** Small models say done of what they have not done: where a person tells to change something, a call is demanded until one was made. */

/** The guidance of one question. */
export interface Guidance {
  /** What the next turn is asked for with. */
  toolChoice(): ChatRequest['toolChoice'];
  /** Names of tools that the next turn must not call, where the model can be kept from it: they do what nobody asked for. */
  withheld(): readonly string[];
  /** A call was made. */
  note(result: ToolResult): void;
}

const none: Guidance = { toolChoice: () => undefined, withheld: () => [], note: () => undefined };

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
  const told = changesTold(words);
  const against = tools.filter(({ unwantedBy = never }) => words.search(unwantedBy) >= 0);
  const isTold = told.length > 0 && (speaksOfFiles(words) || (wasRead && hasPronoun(words)));
  // What goes on with a change is one of its kind.
  const wanted = isTold ? told : goesOn(words) ? kindsBefore(messages, tools) : [];
  if (wanted.length === 0) return { ...none, withheld: () => namesOf(against) };
  const isAll = !isTold || isAllTold(words);
  // What goes on with a change may as well be meant for the answer: a look and a call are enough.
  const maxDemands = isTold ? 4 : 2;
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
    withheld() {
      const others = tools.filter((tool) => hasEffect(tool) && !isMeant(tool, wanted) && (isAll || tool.kind === 'delete'));
      // Who looked once knows enough to go on.
      const looks = !isTold && !isChanged && demands > 1 ? tools.filter((tool) => !hasEffect(tool)) : [];
      return namesOf([...against, ...others, ...looks]);
    },
    note({ call, isError, facts }) {
      if (!isError) made.push(call);
      const tool = tools.find(({ name }) => name === call.name);
      // A folder that is made for what comes into it is not all.
      const isEnough = tool?.kind !== 'make' || wanted.every((kind) => kind === 'make');
      if (tool && hasEffect(tool) && !isError && isEnough) isChanged = true;
      if (tool && hasEffect(tool) && isError) failures += 1;
      // What the person refuses is not demanded of the model again.
      if (facts?.refused) isEnded = true;
    },
  };
}

/** Matches no words. */
const never = /(?!)/;

function namesOf(tools: readonly Tool[]): readonly string[] {
  return [...new Set(tools.map(({ name }) => name))];
}

/** Whether a tool may be what is told: what is moved may need a new folder, and `change the name` is a move. */
function isMeant({ kind }: Tool, told: readonly ChangeKind[]): boolean {
  if (kind === undefined || kind === 'read' || told.includes(kind)) return true;
  return (kind === 'make' && !told.includes('delete')) || (kind === 'move' && told.includes('write'));
}

/** Kinds of change that the answer before the last question made. */
function kindsBefore(messages: readonly ChatMessage[], tools: readonly Tool[]): readonly ChangeKind[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const before = messages.slice(0, last).findLastIndex(({ role }) => role === 'user');
  const calls = messages.slice(before + 1, last).flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  const kinds = calls.map((call) => tools.find(({ name }) => name === call.name)?.kind);
  return changeKinds.filter((kind) => kinds.includes(kind));
}

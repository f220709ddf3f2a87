import type { ToolCall, ToolDefinition } from '../engine/engine.ts';
import type { CallOrigin } from './outside-text/call-origin.ts';

/** Tools a model may call. */

/** Kinds of change, as they can be allowed. */
export const changeKinds = ['write', 'move', 'make', 'delete'] as const;

/** One of them. */
export type ChangeKind = (typeof changeKinds)[number];

/** What a tool does. */
export type ToolKind = 'read' | ChangeKind;

/** A tool: what the model sees of it, and what it does. */
export interface Tool extends ToolDefinition {
  /**
   * `read` for one that only looks. A kind of change is for one whose result says what it did and brings no text of others. Without a kind
   * a tool that has {@link Tool.isDestructive} may do anything, and any other only looks.
   */
  readonly kind?: ToolKind;
  /** Whether something that is there is changed or lost, or something is made that runs by itself; the user is asked first. */
  readonly isDestructive?: (args: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Whether something that is there is replaced or deleted, where that is not what {@link Tool.isDestructive} says. */
  readonly isLoss?: (args: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** What the person must know before a call is allowed, as that it cannot be undone; where there is something, they are always asked. */
  readonly warning?: (args: Readonly<Record<string, unknown>>) => Promise<string | undefined>;
  /**
   * Arguments of calls that the person's words ask for by themselves, as a file they name; made before the model is asked, where questions are
   * guided; `recent`: paths that the conversation was about last. Only for a tool that looks.
   */
  readonly wantedCalls?: (words: string, recent: readonly string[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What helps the person to answer the question, where one is asked, as how much a folder holds. */
  readonly notice?: (args: Readonly<Record<string, unknown>>) => Promise<string | undefined>;
  /** Words of the person that the tool is for: it is told when they are said (told-tools.ts). Without it, it always is. */
  readonly wantedBy?: RegExp;
  /** Words of the person that speak against it, as `at the top` against what adds at the end; heard where questions are guided. */
  readonly unwantedBy?: RegExp;
  /** Runs the call; the text goes back to the model. What is thrown goes back too, as a failure, and ends nothing. */
  run(args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<string>;
}

/** Whether a tool may change something. */
export function hasEffect({ kind, isDestructive }: Pick<Tool, 'kind' | 'isDestructive'>): boolean {
  return kind === undefined ? isDestructive !== undefined : kind !== 'read';
}

/** What the model sees of a tool. */
export function definitionOf({ name, description, parameters }: Tool): ToolDefinition {
  return { name, description, parameters };
}

/** The same for a model's template, where each word is read anew for each conversation: what the check of a call holds it to needs no tokens. */
export function templateDefinitionOf(tool: ToolDefinition): ToolDefinition {
  const { name, description } = tool;
  const { additionalProperties, ...parameters } = tool.parameters;
  return additionalProperties === false ? { name, description, parameters } : { name, description, parameters: tool.parameters };
}

/** Why a call is asked for, beside what its tool does. */
export interface CallConcern {
  /** Why it cannot be undone, see {@link Tool.warning}. */
  readonly loss?: string;
  /** It comes, or may come, from a text that the person did not write. */
  readonly origin?: CallOrigin;
  /** It replaces or deletes something, and the person did not ask for that in their last words. */
  readonly isUnasked?: true;
}

/** Asks whether a call may run. `warning`: what must be said with the question, `concern`: the same and more as facts. */
export type ConfirmCall = (call: ToolCall, tool: Tool, warning: string | undefined, concern: CallConcern) => Promise<boolean>;

/** What is known of a call that was not carried out, for programs: the words of a result are for the model. */
export interface ToolFacts {
  /** There is no such tool, or its arguments are not those of its schema. */
  readonly unusable?: true;
  /** The user did not allow it. */
  readonly refused?: true;
  /** The user did not allow a call before it in the same reply. */
  readonly skipped?: true;
  /** It was to reach something outside of what the tool works on. */
  readonly outside?: true;
  /** A limit of calls or bytes was reached. */
  readonly limited?: true;
}

/** A call that was carried out, or refused. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly content: string;
  readonly isError: boolean;
  readonly facts?: ToolFacts;
}

/** What a tool throws to say more than words: its facts go into the result. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly facts: ToolFacts;

  constructor(message: string, facts: ToolFacts = {}) {
    super(message);
    this.facts = facts;
  }
}

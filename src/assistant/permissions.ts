import type { ConfirmCall, Tool } from '../agent/tool.ts';
import { LuciError } from '../base/errors.ts';
import type { ToolCall } from '../engine/engine.ts';

/** What a model may change, where it was allowed by kind beforehand, and what is asked or refused. */

/** Kinds of change that can be allowed beforehand. */
export const changeKinds = ['write', 'move', 'make', 'delete'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** A tool that changes something and is not named here is never allowed beforehand. */
const kinds: Readonly<Record<string, ChangeKind>> = {
  write_file: 'write',
  append_file: 'write',
  replace_text: 'write',
  copy_file: 'write',
  move_file: 'move',
  make_folder: 'make',
  delete_file: 'delete',
};

/** What changes are allowed by. */
export interface PermissionOptions {
  /** Kinds that are allowed without a question, where the change can be undone. */
  readonly allowed: readonly ChangeKind[];
  /** Asks the person; undefined where nobody can answer: then every change that is not allowed is refused, new files too. */
  readonly ask?: ConfirmCall;
}

/** A call that was not allowed. */
export interface RefusedCall extends ToolCall {
  /** Why it could not be undone, where that was the reason. */
  readonly warning?: string;
}

/** Tools under permissions, as an agent takes them. */
export interface PermittedTools {
  readonly tools: readonly Tool[];
  readonly confirm: ConfirmCall;
  /** Calls that were not allowed, in their order; grows. */
  readonly refused: readonly RefusedCall[];
}

/** The kind of change that a tool makes; undefined for one that only looks, or is not known. */
export function changeKindOf(toolName: string): ChangeKind | undefined {
  return Object.hasOwn(kinds, toolName) ? kinds[toolName] : undefined;
}

/** Puts tools under permissions. */
export function permittedTools(tools: readonly Tool[], { allowed, ask }: PermissionOptions): PermittedTools {
  const refused: RefusedCall[] = [];
  const isAllowed = (name: string): boolean => allowed.some((kind) => kind === changeKindOf(name));
  return {
    tools: ask ? tools : tools.map((tool) => (tool.isDestructive ? { ...tool, isDestructive: async () => true } : tool)),
    refused,
    async confirm(call, tool, warning) {
      // A kind that was allowed beforehand is allowed because it can be undone.
      const isFine = (warning === undefined && isAllowed(call.name)) || (await ask?.(call, tool, warning)) === true;
      if (!isFine) refused.push({ ...call, warning });
      return isFine;
    },
  };
}

/** `write_file notes.txt`: a call in few words. */
function callInWords({ name, arguments: args }: ToolCall): string {
  const what = [args['path'] ?? args['from'], args['to']].filter((word) => typeof word === 'string');
  return [name, ...what].join(' ');
}

/** What is said of changes that were not allowed; undefined where there are none. */
export function notAllowed(refused: readonly RefusedCall[]): LuciError<'NOT_CONFIRMED'> | undefined {
  if (refused.length === 0) return undefined;
  const missing = [...new Set(refused.flatMap(({ name, warning }) => (warning === undefined ? (changeKindOf(name) ?? []) : [])))];
  const lost = [...new Set(refused.flatMap(({ warning }) => warning ?? []))];
  const what = `${refused.length === 1 ? 'A change was' : 'Changes were'} not allowed: ${refused.map(callInWords).join(', ')}.`;
  const hints = [
    ...(missing.length === 0 ? [] : [`Run it again with --allow ${missing.join(',')}.`]),
    ...(lost.length === 0 ? [] : ['A chat asks about what cannot be undone: luci chat --tools .']),
  ];
  return new LuciError('NOT_CONFIRMED', [what, ...lost.map((why) => `${why}.`)].join(' '), {
    hint: hints.length === 0 ? undefined : hints.join('\n'),
    details: { refused: refused.map(({ name, arguments: args }) => ({ name, arguments: args })) },
  });
}

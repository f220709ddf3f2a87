import { type CallConcern, type ChangeKind, type ConfirmCall, changeKinds, hasEffect, type Tool } from '../agent/tool.ts';
import { LuciError } from '../base/errors.ts';
import type { ToolCall } from '../engine/engine.ts';

/** What a model may change, where it was allowed by kind beforehand, and what is asked or refused. */

export { type ChangeKind, changeKinds };

/** What changes are allowed by. */
export interface PermissionOptions {
  /** Kinds that are allowed without a question, where the change can be undone. */
  readonly allowed: readonly ChangeKind[];
  /** Whether that holds as well where a text that the person did not write names what is changed, or may have led to a delete (default false). */
  readonly areFilesTrusted?: boolean;
  /** Asks the person; undefined where nobody can answer: then every change that is not allowed is refused, new files too. */
  readonly ask?: ConfirmCall;
}

/** A call that was not allowed. */
export interface RefusedCall extends ToolCall {
  /** What it would have changed, where that is a kind that can be allowed beforehand. */
  readonly kind?: ChangeKind;
  /** What stood against it beside its kind. */
  readonly concern: CallConcern;
  /** The same in words. */
  readonly warning?: string;
}

/** Tools under permissions, as an agent takes them. */
export interface PermittedTools {
  readonly tools: readonly Tool[];
  readonly confirm: ConfirmCall;
  /** Calls that were not allowed, in their order; grows. */
  readonly refused: readonly RefusedCall[];
}

/** Puts tools under permissions. A tool that changes something and has no kind is never allowed beforehand. */
export function permittedTools(tools: readonly Tool[], { allowed, areFilesTrusted = false, ask }: PermissionOptions): PermittedTools {
  const refused: RefusedCall[] = [];
  return {
    tools: ask ? tools : tools.map((tool) => (hasEffect(tool) ? { ...tool, isDestructive: async () => true } : tool)),
    refused,
    async confirm(call, tool, warning, concern) {
      const kind = changeKinds.find((one) => one === tool.kind);
      // A kind that was allowed beforehand is allowed because it can be undone.
      const isAllowed = concern.loss === undefined && allowed.some((one) => one === kind);
      const isTrusted = areFilesTrusted || !isLedAstray(kind, concern);
      const isFine = (isAllowed && isTrusted) || (await ask?.(call, tool, warning, concern)) === true;
      if (!isFine) refused.push({ ...call, kind, concern, warning });
      return isFine;
    },
  };
}

/** Who allows a kind means what they asked for: not what a file names, and no delete that a file may have led to. */
function isLedAstray(kind: ChangeKind | undefined, { origin }: CallConcern): boolean {
  if (origin === undefined) return false;
  return kind === 'delete' || origin.type === 'named' || origin.type === 'unknown';
}

/** `write_file notes.txt`: a call in few words. */
function callInWords({ name, arguments: args }: ToolCall): string {
  const what = [args['path'] ?? args['from'], args['to']].filter((word) => typeof word === 'string');
  return [name, ...what].join(' ');
}

/** What is said of changes that were not allowed; undefined where there are none. */
export function notAllowed(refused: readonly RefusedCall[]): LuciError<'NOT_CONFIRMED'> | undefined {
  if (refused.length === 0) return undefined;
  const undoable = refused.filter(({ concern }) => concern.loss === undefined);
  const missing = [...new Set(undoable.flatMap(({ kind }) => kind ?? []))];
  const isTrustMissing = undoable.some(({ kind, concern }) => kind !== undefined && isLedAstray(kind, concern));
  const reasons = [...new Set(refused.flatMap(({ warning }) => warning ?? []))];
  const what = `${refused.length === 1 ? 'A change was' : 'Changes were'} not allowed: ${refused.map(callInWords).join(', ')}.`;
  const hints = [
    ...(missing.length === 0 ? [] : [`Run it again with --allow ${missing.join(',')}${isTrustMissing ? ' --trust-files' : ''}.`]),
    ...(undoable.length === refused.length ? [] : ['A chat asks about what cannot be undone: luci chat --tools .']),
  ];
  return new LuciError('NOT_CONFIRMED', [what, ...reasons.map((why) => `${why}.`)].join(' '), {
    hint: hints.length === 0 ? undefined : hints.join('\n'),
    details: { refused: refused.map(({ name, arguments: args }) => ({ name, arguments: args })) },
  });
}

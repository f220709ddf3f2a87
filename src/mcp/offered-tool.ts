import type { ToolDefinition } from '../engine/engine.ts';

/** A tool that luci offers to programs. */
export interface OfferedTool extends ToolDefinition {
  /** What a program may show, and tell its user of what the tool does. */
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint?: boolean;
    readonly openWorldHint: false;
  };
  /** Runs a call with arguments of its schema. What is thrown goes back as an error that the program's model reads. */
  run(args: Readonly<Record<string, unknown>>, call: CallContext): Promise<OfferedResult>;
}

/** What a call is carried out with. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Says how far the work is; the program gets it now and then, where it asked for it. */
  readonly tell: (news: string) => void;
}

/** What a call gives: text, and the same as data where it is more than text. */
export interface OfferedResult {
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** A result that is data; its text is the same as JSON. */
export function dataResult(data: Readonly<Record<string, unknown>>): OfferedResult {
  return { text: JSON.stringify(data), data };
}

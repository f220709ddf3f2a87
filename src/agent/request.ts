import type { ChatRequest, Sampling } from '../engine/engine.ts';
import type { ConfirmCall, Tool } from './tool.ts';

/** What holds for all questions. */
export interface RequestDefaults {
  readonly system?: string;
  readonly sampling?: Sampling;
  /** Tokens of the answer. */
  readonly maxTokens?: number;
  /** See {@link ChatRequest.thinking}. */
  readonly thinking?: ChatRequest['thinking'];
  /** See {@link ChatRequest.thinkingTokens}. */
  readonly thinkingTokens?: number;
  /** See {@link ChatRequest.repeatable}. */
  readonly repeatable?: boolean;
  /** Tools the model may call on its way to an answer. */
  readonly tools?: readonly Tool[];
  /** Asked before a call that changes or deletes something; without it such calls are refused. */
  readonly confirm?: ConfirmCall;
}

import type { ChatFiles } from '../app/kept-chat.ts';
import type { Luci } from '../app/luci.ts';
import type { AnswerEvent } from './answer.ts';
import type { AnswerRuns } from './answer-runs.ts';
import type { ChatAsked } from './luci/answers.ts';
import type { TestRuns } from './luci/test-runs.ts';
import type { AnswerUpdate } from './luci/wire.ts';
import type { Metrics } from './metrics.ts';
import type { KeptResponses } from './openai/responses/kept-responses.ts';
import type { CompletionAsked } from './openai/resumable-chat.ts';
import type { RequestQueue } from './request-queue.ts';

/** What every route works with. */
export interface ServeContext {
  readonly luci: Luci;
  readonly queue: RequestQueue;
  readonly metrics: Metrics;
  readonly responses: KeptResponses;
  readonly chats: ChatFiles;
  /** In chats. */
  readonly answers: AnswerRuns<AnswerUpdate, ChatAsked>;
  /** Of /v1/chat/completions, where they are to be resumable; undefined where the person lets nothing be kept of answers. */
  readonly completions: AnswerRuns<AnswerEvent, CompletionAsked> | undefined;
  readonly tests: TestRuns;
  /** Fires when the server ends and has waited long enough for answers under way. */
  readonly ending: AbortSignal;
  /** Told what went wrong inside, for the log of the server; never sent to a client. */
  readonly onFault: (error: unknown) => void;
}

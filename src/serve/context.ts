import type { ChatFiles } from '../app/kept-chat.ts';
import type { Luci } from '../app/luci.ts';
import type { AnswerRuns } from './luci/answer-runs.ts';
import type { TestRuns } from './luci/test-runs.ts';
import type { Metrics } from './metrics.ts';
import type { KeptResponses } from './openai/responses/kept-responses.ts';
import type { RequestQueue } from './request-queue.ts';

/** What every route works with. */
export interface ServeContext {
  readonly luci: Luci;
  readonly queue: RequestQueue;
  readonly metrics: Metrics;
  readonly responses: KeptResponses;
  readonly chats: ChatFiles;
  readonly answers: AnswerRuns;
  readonly tests: TestRuns;
  /** Fires when the server ends and has waited long enough for answers under way. */
  readonly ending: AbortSignal;
  /** Told what went wrong inside, for the log of the server; never sent to a client. */
  readonly onFault: (error: unknown) => void;
}

import {
  type AnswerEvent as ClientAnswerEvent,
  type ClientRequest,
  clientAnswer,
  type WholeAnswer as WholeClientAnswer,
  wholeAnswer as wholeClientAnswer,
} from '../agent/client-answer.ts';
import type { Receipt } from '../app/receipts/receipt.ts';
import { type RecordedAnswer, recordedSession } from '../app/receipts/recorded-session.ts';
import { LuciError } from '../base/errors.ts';
import type { Session } from '../engine/engine.ts';
import type { ServeContext } from './context.ts';

/** One answer of a model over HTTP, the same for every protocol. */

export type { ClientCall as ServedCall } from '../agent/client-answer.ts';

/** What is asked. */
export interface AnswerRequest extends ClientRequest {
  /** Default: the default model, else the best enabled one that fits. */
  readonly model: string | undefined;
  /** Whether the end comes with a signed receipt. */
  readonly withReceipt?: boolean;
  /** Told what will answer, before it is asked; what it throws ends the answer. */
  readonly onOpen?: (opened: Session) => Promise<void>;
}

/** What an answer is told by; its end with the receipt that was asked for. */
export type AnswerEvent = ClientAnswerEvent & { readonly receipt?: Receipt };

/** An answer as a whole. */
export interface WholeAnswer extends WholeClientAnswer {
  readonly receipt?: Receipt;
}

/** Waits for a place, opens the model and answers. Leaving the loop ends the generation and frees the place. */
export async function* answerOf(
  { luci, queue, metrics, ending }: ServeContext,
  { model, withReceipt = false, onOpen, ...asked }: AnswerRequest,
  client: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const signal = AbortSignal.any([client, ending]);
  using _place = await queue.enter(signal);
  await using opened = await luci.open(model, { signal });
  await onOpen?.(opened);
  const { session, receipt } = withReceipt ? signing(opened, (answer) => luci.receipts.sign(model, answer)) : unsigned(opened);
  for await (const event of clientAnswer(session, asked, signal)) {
    if (event.type === 'end') {
      metrics.countAnswer(event.usage);
      yield { ...event, receipt: await receipt() };
    } else yield event;
  }
}

interface Signing {
  readonly session: Session;
  /** For the answer that just ended. */
  readonly receipt: () => Promise<Receipt | undefined>;
}

function signing(opened: Session, sign: (answer: RecordedAnswer) => Promise<Receipt>): Signing {
  if (opened.facts.kind === 'remote')
    throw new LuciError('ENGINE_UNSUPPORTED', '"receipt" cannot be had of a model elsewhere: nobody here can say which bytes answered.', {
      details: { param: 'receipt' },
    });
  let answer: RecordedAnswer | undefined;
  const session = recordedSession(opened, (told) => {
    answer = told;
  });
  return { session, receipt: async () => answer && sign(answer) };
}

function unsigned(session: Session): Signing {
  return { session, receipt: async () => undefined };
}

/** All of an answer. */
export async function wholeAnswer(events: AsyncIterable<AnswerEvent>): Promise<WholeAnswer> {
  let receipt: Receipt | undefined;
  async function* seen(): AsyncGenerator<AnswerEvent> {
    for await (const event of events) {
      receipt = event.receipt ?? receipt;
      yield event;
    }
  }
  return { ...(await wholeClientAnswer(seen())), receipt };
}

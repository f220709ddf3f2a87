import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseChecked } from '../../base/checked-json.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatRequest, EndReason, ToolCall } from '../../engine/engine.ts';
import { isSigned, signed, signedBytes } from '../../tiers/signing-key.ts';
import { receiptSchema } from './receipt-schema.ts';
import type { RecordedAnswer } from './recorded-session.ts';

/** A receipt: which bytes of a model answered what to which request, with all it takes to ask again, signed by who answered. */

/** A signed receipt. It holds the question and the answer themselves. */
export interface Receipt {
  type: 'luci-receipt';
  version: 1;
  model: string;
  modelSha256: string;
  /** Kind and version, as in `embedded node-llama-cpp 3.21.1, llama.cpp v0.4.0`. */
  engine: string;
  device: string;
  /** Threads that computed it, where the engine says so. */
  threads?: number;
  contextLength: number;
  luciVersion: string;
  answeredAt: string;
  /** What the engine was asked, tools and sampling included. */
  request: ChatRequest;
  requestSha256: string;
  answer: ReceiptAnswer;
  publicKey: string;
  signature: string;
}

/** What was answered. */
export interface ReceiptAnswer {
  text: string;
  thinking: string;
  calls: readonly Pick<ToolCall, 'name' | 'arguments'>[];
  reason: EndReason;
  tokens: number;
  /** Of the text's bytes. */
  sha256: string;
}

/** What a receipt says beside the answer. */
export interface ReceiptFacts extends Pick<Receipt, 'model' | 'modelSha256' | 'luciVersion' | 'answeredAt'> {
  readonly keyPem: string;
}

/** Signs for an answer. */
export function receiptOf(recorded: RecordedAnswer, { keyPem, ...facts }: ReceiptFacts): Receipt {
  const { text, thinking, calls, reason, usage } = recorded;
  const unsigned = {
    type: 'luci-receipt' as const,
    version: 1 as const,
    ...facts,
    engine: engineOf(recorded),
    device: recorded.facts.device,
    threads: usage.threads,
    contextLength: recorded.facts.contextLength,
    request: recorded.request,
    requestSha256: sha256(signedBytes(recorded.request)),
    answer: { text, thinking, calls, reason, tokens: usage.generatedTokens, sha256: sha256(text) },
  };
  // What JSON leaves out is no part of what is signed.
  return signed(JSON.parse(JSON.stringify(unsigned)) as typeof unsigned, keyPem);
}

/**
 * Reads a receipt, or an answer of the server that holds one as `luci_receipt`, and checks that it is what was signed.
 * Whose key it was signed with is another question.
 * @throws DIGEST_MISMATCH when it is not what was signed; STATE_BROKEN when it is no receipt
 */
export function checkReceipt(text: string, name: string): Receipt {
  const given = parseChecked(v.unknown(), text, name);
  const inner = typeof given === 'object' && given !== null ? (Reflect.get(given, 'luci_receipt') as unknown) : undefined;
  const receipt = parseChecked(receiptSchema, JSON.stringify(inner ?? given), name) as Receipt;
  const { request, requestSha256, answer } = receipt;
  const refused = (why: string): LuciError => new LuciError('DIGEST_MISMATCH', `${name} is not to be believed: ${why}.`);
  if (!isSigned(receipt)) throw refused('the signature does not fit, so it was changed after it was signed');
  if (sha256(signedBytes(request)) !== requestSha256) throw refused('its request has another digest than it says');
  if (sha256(answer.text) !== answer.sha256) throw refused('its answer has another digest than it says');
  return receipt;
}

/** An engine as a receipt names it. */
export function engineOf({ facts: { kind, version } }: Pick<RecordedAnswer, 'facts'>): string {
  return `${kind} ${version}`;
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

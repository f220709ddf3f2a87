import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseChecked } from '../../base/checked-json.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatRequest, EndReason, ToolCall } from '../../engine/engine.ts';
import { isSigned, signed, signedBytes } from '../../tiers/signing-key.ts';
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

const value = v.record(v.string(), v.unknown());
const callSchema = v.object({ id: v.string(), name: v.string(), arguments: value, unreadable: v.optional(v.string()) });
const messageSchema = v.variant('role', [
  v.object({ role: v.picklist(['system', 'user']), content: v.string() }),
  v.object({
    role: v.literal('assistant'),
    content: v.string(),
    toolCalls: v.optional(v.array(callSchema)),
    written: v.optional(v.string()),
  }),
  v.object({ role: v.literal('tool'), toolCallId: v.string(), name: v.string(), content: v.string() }),
]);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const requestSchema = v.strictObject({
  messages: v.array(messageSchema),
  tools: v.optional(v.array(v.object({ name: v.string(), description: v.string(), parameters: value }))),
  toolChoice: v.optional(v.picklist(['auto', 'required', 'none'])),
  jsonSchema: v.optional(value),
  sampling: v.optional(
    v.strictObject({
      temperature: v.optional(v.number()),
      topK: v.optional(v.number()),
      topP: v.optional(v.number()),
      minP: v.optional(v.number()),
      repeatPenalty: v.optional(v.number()),
      seed: v.optional(count),
      ifKnown: v.optional(v.boolean()),
    }),
  ),
  maxTokens: v.optional(count),
  stop: v.optional(v.array(v.string())),
  repeatable: v.optional(v.boolean()),
  thinking: v.optional(v.union([v.boolean(), v.picklist(['low', 'high'])])),
  thinkingTokens: v.optional(count),
  raw: v.optional(v.boolean()),
});
/** A receipt as it is checked, and shown to programs. */
export const receiptSchema = v.strictObject({
  type: v.literal('luci-receipt'),
  version: v.literal(1),
  model: v.string(),
  modelSha256: v.string(),
  engine: v.string(),
  device: v.string(),
  threads: v.optional(count),
  contextLength: count,
  luciVersion: v.string(),
  answeredAt: v.string(),
  request: requestSchema,
  requestSha256: v.string(),
  answer: v.strictObject({
    text: v.string(),
    thinking: v.string(),
    calls: v.array(v.strictObject({ name: v.string(), arguments: value })),
    reason: v.picklist(['stop', 'length', 'tool-calls', 'repetition', 'filtered', 'stopped']),
    tokens: count,
    sha256: v.string(),
  }),
  publicKey: v.string(),
  signature: v.string(),
});

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

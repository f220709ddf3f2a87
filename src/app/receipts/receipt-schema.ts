import * as v from 'valibot';

/** The form of a receipt. */

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

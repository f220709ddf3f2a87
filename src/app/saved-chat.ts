import * as v from 'valibot';

/** A chat as `/save` writes it. */
export const savedChatSchema = v.object({
  version: v.literal(1),
  model: v.string(),
  system: v.optional(v.string()),
  messages: v.array(
    v.union([
      v.object({ role: v.picklist(['system', 'user']), content: v.string() }),
      v.object({
        role: v.literal('assistant'),
        content: v.string(),
        toolCalls: v.optional(v.array(v.any())),
        written: v.optional(v.string()),
      }),
      v.object({ role: v.literal('tool'), toolCallId: v.string(), name: v.string(), content: v.string() }),
    ]),
  ),
});

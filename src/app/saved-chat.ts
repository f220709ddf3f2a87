import * as v from 'valibot';

/** What was said, as it is kept on disk. */

/** Turns as a model is told them; the system prompt has a place of its own where it is kept. */
export const messageSchema = v.union([
  v.object({ role: v.picklist(['system', 'user']), content: v.string() }),
  v.object({
    role: v.literal('assistant'),
    content: v.string(),
    toolCalls: v.optional(v.pipe(v.array(v.any()), v.readonly())),
    written: v.optional(v.string()),
  }),
  v.object({ role: v.literal('tool'), toolCallId: v.string(), name: v.string(), content: v.string() }),
]);

/** A chat as `/save` of luci 0.1 wrote it: a whole file, `chats/NAME.json`. It is read, and never written any more. */
export const savedChatSchema = v.object({
  version: v.literal(1),
  model: v.string(),
  system: v.optional(v.string()),
  messages: v.array(messageSchema),
});

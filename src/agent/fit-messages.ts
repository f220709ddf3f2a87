import { contextOverflow, keptForAnswer } from '../engine/context-length.ts';
import type { ChatMessage, Session, ToolDefinition } from '../engine/engine.ts';
import type { RequestDefaults } from './request.ts';
import { toldTools } from './told-tools.ts';
import { templateDefinitionOf } from './tool.ts';
import { withToolsAsText } from './tool-format.ts';
import { toolWayOf } from './tool-way.ts';

/** Which turns of a conversation a model is told, and in which form. */

/** Messages as they are sent: tools in the model's own way, or told as text. */
export function sentAs(
  { facts }: Pick<Session, 'facts'>,
  messages: readonly ChatMessage[],
  defaults: RequestDefaults,
): { readonly messages: readonly ChatMessage[]; readonly tools?: readonly ToolDefinition[] } {
  const tools = toldTools(defaults.tools ?? [], messages);
  if (tools.length === 0) return { messages };
  if (toolWayOf(facts, defaults) === 'grammar') return { messages: withToolsAsText(messages, tools) };
  return { messages, tools: tools.map(templateDefinitionOf) };
}

/** The newest turns that fit with the system prompt and an answer; whole turns go, the oldest first. */
export async function fitMessages(
  session: Session,
  told: readonly ChatMessage[],
  messages: readonly ChatMessage[],
  defaults: RequestDefaults,
): Promise<ChatMessage[]> {
  const { maxTokens } = defaults;
  const { contextLength, trainedContextLength } = session.facts;
  const room = contextLength - (maxTokens ?? keptForAnswer(contextLength));
  let kept = [...messages];
  for (;;) {
    const sent = sentAs(session, [...told, ...kept], defaults);
    const tokens = await session.countTokens(sent.messages, sent.tools);
    if (tokens <= room) return kept;
    const second = kept.findIndex(({ role }, index) => index > 0 && role === 'user');
    if (second < 0)
      throw contextOverflow({ promptTokens: tokens, maxTokens, keptTokens: contextLength - room, contextLength, trainedContextLength });
    kept = kept.slice(second);
  }
}

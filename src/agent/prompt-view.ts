import type { ChatMessage, Session } from '../engine/engine.ts';
import { sentAs } from './fit-messages.ts';
import type { RequestDefaults } from './request.ts';
import { toldTools } from './told-tools.ts';

/** What a model is told, made to be looked at. */

/** A prompt and what its parts take. */
export interface PromptView {
  /** Word for word as the model reads it; where the engine cannot tell that, the messages it is sent. */
  readonly text: string;
  readonly isExact: boolean;
  readonly tokens: number;
  /** Tokens the open model can hold. */
  readonly contextLength: number;
  /** Of those, how many each part takes; the marks of the template go with what stands between them. */
  readonly systemTokens: number;
  readonly tools: readonly { readonly name: string; readonly tokens: number }[];
  /** Names of tools that the model is not told of now: the words of the question do not ask for them. */
  readonly untoldTools: readonly string[];
}

/** The prompt of a system prompt and turns. An empty conversation is looked at with an empty question: templates have no other form of it. */
export async function viewPrompt(
  session: Session,
  told: readonly ChatMessage[],
  turns: readonly ChatMessage[],
  defaults: RequestDefaults,
  signal?: AbortSignal,
): Promise<PromptView> {
  const { tools: all = [], thinking } = defaults;
  const messages: readonly ChatMessage[] = turns.length > 0 ? turns : [{ role: 'user', content: '' }];
  // Where one is left out to be counted, no other takes its place.
  const tools = toldTools(all, messages).map((tool) => ({ ...tool, wantedBy: undefined }));
  const sent = sentAs(session, [...told, ...messages], defaults);
  const count = async (system: readonly ChatMessage[], offered: RequestDefaults['tools']): Promise<number> => {
    const other = sentAs(session, [...system, ...messages], { ...defaults, tools: offered });
    return session.countTokens(other.messages, other.tools);
  };
  const tokens = await count(told, tools);
  // What a part takes is what the whole is shorter by without it.
  const systemTokens = told.length === 0 ? 0 : Math.max(0, tokens - (await count([], tools)));
  const each: { name: string; tokens: number }[] = [];
  for (const { name } of tools) {
    const others = tools.filter((tool) => tool.name !== name);
    each.push({ name, tokens: Math.max(0, tokens - (await count(told, others))) });
  }
  const rendered = await session.render?.({ ...sent, thinking }, signal);
  const { contextLength } = session.facts;
  const untoldTools = all.flatMap(({ name }) => (tools.some((tool) => tool.name === name) ? [] : [name]));
  const text = rendered ?? plainView(sent.messages);
  return { text, isExact: rendered !== undefined, tokens, contextLength, systemTokens, tools: each, untoldTools };
}

function plainView(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n');
}

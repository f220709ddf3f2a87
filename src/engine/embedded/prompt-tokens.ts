import type { LlamaModel, Token } from 'node-llama-cpp';
import { endingOf, openedThinking, type ThinkingMarks } from '../answer-parts/thinking-marks.ts';
import type { ChatMessage, ChatRequest, ToolDefinition } from '../engine.ts';
import { plainText } from '../plain-text.ts';
import type { ModelTemplate } from './model-template.ts';
import { protectText } from './protect-text.ts';
import { templateMessagesOf, templateToolsOf } from './template/template-messages.ts';

/** Conversations as the tokens a model is asked with. */

/** What a prompt is made of. */
export interface PromptRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly thinking?: ChatRequest['thinking'];
  /** See {@link ChatRequest.raw}. */
  readonly raw?: boolean;
}

/** A prompt, the beginning of the answer included. */
export interface Prompt {
  readonly tokens: readonly Token[];
  /** The thinking that it opens. */
  readonly opened?: ThinkingMarks;
}

/** Prompts of one model. */
export type PromptTokens = (request: PromptRequest) => Prompt;

/** Prompts kept: a conversation is counted, asked, and then looked at again as the beginning of its next turn. */
const maxKept = 64;

/** For one model. The last prompts are remembered: rendering a template and looking up its tokens takes milliseconds. */
export function createPromptTokens(model: LlamaModel, template: ModelTemplate | undefined): PromptTokens {
  const kept = new Map<string, Prompt>();
  return (request) => {
    // Templates may tell the time, none tells seconds.
    const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
    const key = JSON.stringify([request, nowMs]);
    const isRendered = template !== undefined && request.raw !== true;
    const prompt = kept.get(key) ?? (isRendered ? rendered(model, template, request, nowMs) : plain(model, request));
    // The last used stands at the end; the first goes.
    kept.delete(key);
    kept.set(key, prompt);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return prompt;
  };
}

/** By the model's own template. */
function rendered(model: LlamaModel, template: ModelTemplate, request: PromptRequest, nowMs: number): Prompt {
  const last = request.messages.at(-1);
  // An answer that has begun goes on where it stands.
  const begun = last?.role === 'assistant' && !last.toolCalls?.length ? last.content : undefined;
  const messages = begun === undefined ? request.messages : request.messages.slice(0, -1);
  const protection = protectText(model, JSON.stringify([messages, request.tools, begun]));
  const text = template.render({
    messages: templateMessagesOf(protection.hide(messages)),
    tools: templateToolsOf(protection.hide(request.tools)),
    thinking: request.thinking,
    nowMs,
    addGenerationPrompt: begun !== undefined || last?.role !== 'assistant',
  });
  const thinking = begun === undefined ? openedThinking(text) : undefined;
  // A model that must not think, and whose template opens its thinking all the same, finds it ended.
  const isEnded = thinking !== undefined && request.thinking === false;
  const whole = text + (isEnded ? endingOf(thinking) : '') + (protection.hide(begun) ?? '');
  return { tokens: tokensOf(model, protection.parts(whole)), opened: isEnded ? undefined : thinking };
}

/** The texts alone, which the model continues. Only where that was asked for do marks in them become control tokens. */
function plain(model: LlamaModel, { messages, raw = false }: PromptRequest): Prompt {
  return { tokens: tokensOf(model, [{ text: plainText(messages), isPlain: !raw }]) };
}

/** As llama-server makes tokens of a prompt; what users wrote holds no control token. */
export function tokensOf(model: LlamaModel, parts: readonly { readonly text: string; readonly isPlain: boolean }[]): readonly Token[] {
  const { bos, bosString = '', shouldPrependBosToken } = model.tokens;
  const tokens: Token[] = [];
  const [first, ...rest] = parts;
  if (!first) return tokens;
  const isBegun = shouldPrependBosToken && bos !== null;
  if (isBegun) tokens.push(bos);
  const start =
    isBegun && bosString !== null && bosString !== '' && first.text.startsWith(bosString) ? first.text.slice(bosString.length) : first.text;
  tokens.push(...model.tokenize(start, !first.isPlain));
  for (const { text, isPlain } of rest) tokens.push(...model.tokenize(text, !isPlain, 'trimLeadingSpace'));
  return tokens;
}

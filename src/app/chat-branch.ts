import type { MixedPrompt } from '../agent/conversation.ts';
import type { Spoken } from '../agent/outside-text/outside-texts.ts';
import { withFiles } from '../agent/question-files.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatMessage, Usage } from '../engine/engine.ts';
import type { ChatTurn } from './kept-chat.ts';

/** What of a kept chat a model is told: the turns of one branch as messages. Pure. */

/** The branch that ends with a turn, from its first turn on; empty for null. @throws NOT_FOUND */
export function pathTo(turns: readonly ChatTurn[], end: string | null): readonly ChatTurn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: ChatTurn[] = [];
  for (let id = end; id !== null && path.length <= turns.length; ) {
    const turn = byId.get(id);
    if (!turn) throw new LuciError('NOT_FOUND', `The chat has no turn ${id.slice(0, 80)}.`);
    path.unshift(turn);
    id = turn.parent;
  }
  return path;
}

/** Said by luci where a model is to go on with an answer that ended too early. */
export const goOn = 'Go on with your last answer exactly where it stopped. Repeat nothing of it and add no preface.';

/** The messages of a branch, the system prompt that holds at its end first. An answer in several parts is one message. */
export function messagesOf(path: readonly ChatTurn[]): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const turn of path) {
    const last = messages.at(-1);
    if (turn.role === 'system') continue;
    if (turn.continues && last?.role === 'assistant') messages[messages.length - 1] = { ...last, content: last.content + turn.content };
    // Many templates refuse two questions in a row: one that got no answer is left out.
    else if (turn.role === 'user' && last?.role === 'user') messages[messages.length - 1] = { role: 'user', content: contentOf(turn) };
    else if (turn.steps?.length) messages.push(...(turn.steps as readonly ChatMessage[]));
    else messages.push({ role: turn.role, content: contentOf(turn) });
  }
  const system = systemOf(path);
  return system === undefined ? messages : [{ role: 'system', content: system }, ...messages];
}

/** The system prompt at the end of a branch: the last that was set; an empty one takes it away. */
export function systemOf(path: readonly ChatTurn[]): string | undefined {
  return path.findLast(({ role }) => role === 'system')?.content || undefined;
}

/** A question with its files. */
export function contentOf({ content, files = [] }: Pick<ChatTurn, 'content' | 'files'>): string {
  return withFiles(content, files);
}

/** A question as it is asked: what the person wrote is told apart from their files. */
export function promptOf(question: Pick<ChatTurn, 'content' | 'files'>): MixedPrompt {
  return { text: contentOf(question), words: question.content, files: question.files };
}

/** What of a branch its person wrote, and what texts of others it has beside results of tools: files, and summaries of turns that had both. */
export function spokenIn(path: readonly ChatTurn[]): Spoken {
  const words: string[] = [];
  const outside: { path: string; text: string }[] = [];
  let isSummary = false;
  for (const { role, content, files = [], summarizes } of path) {
    isSummary ||= summarizes !== undefined;
    for (const { name, text } of files) outside.push({ path: name, text });
    if (role === 'user' && !isSummary) words.push(content);
    if (role !== 'assistant') continue;
    if (isSummary) outside.push({ path: 'the summary', text: content });
    isSummary = false;
  }
  return { words, outside };
}

/** What is kept of an answer's usage. */
export function figuresOf(usage: Usage | undefined): Pick<ChatTurn, 'contextTokens' | 'tokens' | 'tokensPerSecond'> {
  if (!usage) return {};
  const { promptTokens, generatedTokens, generatedTokensPerSecond } = usage;
  return {
    contextTokens: promptTokens + generatedTokens,
    tokens: generatedTokens,
    tokensPerSecond: Math.round(generatedTokensPerSecond * 10) / 10,
  };
}

/** The title of a chat that nobody gave one: the first line of its first question. */
export function titleOf(turns: readonly ChatTurn[]): string {
  const [line = ''] = (turns.find(({ role }) => role === 'user')?.content ?? '').trim().split('\n');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || 'New chat';
}

import type { ChatMessage, Session } from '../engine/engine.ts';
import type { QueryOptions } from './agent.ts';
import { lookUp } from './guidance/look-up.ts';
import { createOutsideTexts } from './outside-text/outside-texts.ts';
import { type QuestionFile, withFiles } from './question-files.ts';
import { requestOf, systemTurn } from './request.ts';
import type { Tool } from './tool.ts';
import { type AgentEvent, answerWithTools } from './tool-loop.ts';

/** One question with tools: what it names is looked up where questions are guided, then the model answers or calls. */
export async function* askWithTools(
  session: Session,
  prompt: string,
  { signal, words, ...options }: QueryOptions & { readonly tools: readonly Tool[]; readonly words: string },
): AsyncGenerator<AgentEvent> {
  const { system, tools, confirm, maxCalls, guided } = options;
  const looks = guided ? await lookUp(words, tools, { signal }) : [];
  for (const { call } of looks) yield { type: 'look', call };
  const files = looks.map(({ file }) => file);
  const messages: ChatMessage[] = [...systemTurn(system), { role: 'user', content: withFiles(prompt, files) }];
  const outside = outsideOf(prompt, words, files);
  yield* answerWithTools(session, requestOf(messages, options), messages, { tools, confirm, maxCalls, guided, signal, outside });
}

/** The texts of one question. */
function outsideOf(prompt: string, words: string, files: readonly QuestionFile[]): ReturnType<typeof createOutsideTexts> {
  const outside = createOutsideTexts();
  for (const { name, text } of files) outside.keep({ path: name, text });
  if (words !== prompt) outside.keep({ text: prompt, path: 'the text before your question', said: [words] });
  outside.hear(words);
  return outside;
}

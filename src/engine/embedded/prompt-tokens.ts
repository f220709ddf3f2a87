import type { ChatModelFunctions, ChatWrapper, LlamaModel, Token } from 'node-llama-cpp';
import type { ChatMessage } from '../engine.ts';
import { historyOf } from './conversation.ts';

/** Tokens of a conversation as the model's template writes it, the beginning of the answer included. */
export type PromptTokens = (messages: readonly ChatMessage[], functions?: ChatModelFunctions) => readonly Token[];

/** Prompts kept: a conversation is counted, asked, and then looked at again as the beginning of its next turn. */
const maxKept = 64;

/** For one model. The last prompts are remembered: rendering a template and looking up its tokens takes milliseconds. */
export function createPromptTokens(model: LlamaModel, chatWrapper: ChatWrapper): PromptTokens {
  const kept = new Map<string, readonly Token[]>();
  return (messages, functions) => {
    const key = JSON.stringify([messages, functions]);
    const tokens = kept.get(key) ?? render();
    // The last used stands at the end; the first goes.
    kept.delete(key);
    kept.set(key, tokens);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return tokens;

    function render(): Token[] {
      const known = functions ? { availableFunctions: functions, documentFunctionParams: true } : {};
      const { contextText } = chatWrapper.generateContextState({ chatHistory: historyOf(messages), ...known });
      return contextText.tokenize(model.tokenizer);
    }
  };
}

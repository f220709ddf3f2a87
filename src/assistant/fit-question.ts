import type { Agent, QueryOptions } from '../agent/agent.ts';
import { LuciError } from '../base/errors.ts';
import { keptForAnswer } from '../engine/context-length.ts';
import type { ChatMessage, Session } from '../engine/engine.ts';
import { cutToFit, type Fits, type FitWay, splitToFit } from './fit-text.ts';

/** A question about a text that may be longer than the context: what is asked in the end. */

/** What was done to make it fit. */
export type FitEvent =
  | { readonly type: 'cut'; readonly way: 'head' | 'tail'; readonly leftOutCharacters: number; readonly allCharacters: number }
  | { readonly type: 'part'; readonly part: number; readonly parts: number };

/** What it is asked with. */
export interface FitOptions {
  readonly way: FitWay;
  /** The text that the question is about. */
  readonly text: string;
  readonly question: string;
  readonly session: Pick<Session, 'facts' | 'countTokens'>;
  readonly agent: Pick<Agent, 'query'>;
  readonly request: QueryOptions;
  readonly onEvent: (event: FitEvent) => void;
}

/** Tokens of the answer about one part, where nobody says more. */
const partTokens = 256;
/** No token of a usual text has more characters. */
const charactersPerToken = 12;

/** The prompt to ask: the whole text where it fits, else as `way` says; for `map` every part is asked before. Throws CONTEXT_OVERFLOW. */
export async function fitQuestion(options: FitOptions): Promise<string> {
  const { way, text, question, session, onEvent } = options;
  const asked = (given: string): string => `${given}\n\n${question}`;
  const maxCharacters = session.facts.contextLength * charactersPerToken;
  const fits = roomFor(options, asked);
  if (text.length <= maxCharacters && (await fits(text))) return asked(text);
  if (way === 'map') return joined(options, fits);
  const cut = await cutToFit(text, way, fits, maxCharacters);
  onEvent({ type: 'cut', way, leftOutCharacters: cut.leftOutCharacters, allCharacters: cut.allCharacters });
  return asked(cut.text);
}

/** Whether a prompt around a text fits beside the system prompt and an answer. */
function roomFor({ session, request }: Pick<FitOptions, 'session' | 'request'>, asked: (text: string) => string): Fits {
  const { contextLength } = session.facts;
  const room = contextLength - (request.maxTokens ?? keptForAnswer(contextLength));
  const told: ChatMessage[] = request.system ? [{ role: 'system', content: request.system }] : [];
  return async (text) => (await session.countTokens([...told, { role: 'user', content: asked(text) }])) <= room;
}

/** Asks each part, and makes one question of the answers; where they do not fit either, they are asked in parts as well. */
async function joined(options: FitOptions, fits: Fits): Promise<string> {
  const { text, question, session, agent, request, onEvent } = options;
  const partPrompt = (part: string): string =>
    `This is a part of a longer text:\n\n${part}\n\nAnswer from this part alone, in few words; if it says nothing about it, answer "nothing".\n\n${question}`;
  const parts = await splitToFit(text, roomFor(options, partPrompt), session.facts.contextLength * charactersPerToken);
  const answers: string[] = [];
  for (const [index, part] of parts.entries()) {
    onEvent({ type: 'part', part: index + 1, parts: parts.length });
    const answer = await agent.query(partPrompt(part), { ...request, maxTokens: request.maxTokens ?? partTokens });
    answers.push(`Part ${index + 1}: ${answer.trim()}`);
  }
  const all = `A text was read in parts. What each part says:\n\n${answers.join('\n\n')}`;
  if (await fits(all)) return `${all}\n\n${question}`;
  if (all.length >= text.length)
    throw new LuciError('CONTEXT_OVERFLOW', `The answers of ${parts.length} parts do not fit into one question.`, {
      hint: 'Ask for less with --max-tokens, or give more room with --context.',
    });
  return joined({ ...options, text: all }, fits);
}

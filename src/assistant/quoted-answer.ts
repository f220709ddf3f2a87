import type { Agent, QueryOptions } from '../agent/agent.ts';
import { LuciError } from '../base/errors.ts';
import { keptForAnswer } from '../engine/context-length.ts';
import type { ChatMessage, JsonSchema, Session } from '../engine/engine.ts';
import { type Fits, splitToFit } from './fit-text.ts';

/** Answers whose sentences carry words of the files, each held against the bytes of the file. What a model quotes that is not there is marked. */

/** A file that the question is about. */
export interface QuotedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A sentence of the answer, with the words it rests on. */
export interface Statement {
  readonly sentence: string;
  readonly quote: string;
  readonly file: string;
  /** Bytes of the file that are the quote, the last one not counted; undefined where it stands nowhere in the file. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
}

/** The whole answer. */
export interface QuotedAnswer {
  readonly statements: readonly Statement[];
  /** What was read, each byte of it once. */
  readonly read: readonly { readonly file: string; readonly bytes: number; readonly parts: number }[];
}

/** What it is asked with. */
export interface QuoteOptions {
  readonly files: readonly QuotedFile[];
  readonly question: string;
  readonly session: Pick<Session, 'facts' | 'countTokens'>;
  readonly agent: Pick<Agent, 'json'>;
  readonly request: QueryOptions;
  readonly onPart: (file: string, part: number, parts: number) => void;
}

const schema: JsonSchema = {
  type: 'object',
  properties: {
    statements: {
      type: 'array',
      maxItems: 8,
      items: {
        type: 'object',
        properties: {
          sentence: { type: 'string', description: 'one sentence of the answer' },
          quote: { type: 'string', description: 'the words of the text that say so, copied exactly' },
        },
        required: ['sentence', 'quote'],
        additionalProperties: false,
      },
    },
  },
  required: ['statements'],
  additionalProperties: false,
};

/** A letter or two stand in every text and prove nothing. */
const minQuoteCharacters = 3;
/** Tokens for the statements about one part, where nobody says more. */
const partTokens = 512;
/** No token of a usual text has more characters. */
const charactersPerToken = 12;
/** What the form of the answer takes of a prompt, in tokens. */
const formTokens = 120;

/** Reads every file from its first byte to its last, in parts that fit, and asks each. Throws USAGE for bytes that are no text in UTF-8. */
export async function quotedAnswer(options: QuoteOptions): Promise<QuotedAnswer> {
  const statements: Statement[] = [];
  const read: QuotedAnswer['read'][number][] = [];
  for (const file of options.files) {
    const text = textOf(file);
    const parts = await splitToFit(text, roomFor(options), options.session.facts.contextLength * charactersPerToken);
    let offset = 0;
    for (const [index, part] of parts.entries()) {
      options.onPart(file.name, index + 1, parts.length);
      for (const { sentence, quote } of await statementsOn(part, options))
        keep(statements, { sentence, quote, file: file.name, range: rangeOf(quote, text, offset) });
      offset += part.length;
    }
    read.push({ file: file.name, bytes: file.bytes.length, parts: parts.length });
  }
  return { statements, read };
}

/** Small models say the same again and again. */
function keep(statements: Statement[], { sentence, ...rest }: Statement): void {
  if (!statements.some((before) => before.sentence === sentence && before.file === rest.file && before.range?.start === rest.range?.start))
    statements.push({ sentence, ...rest });
}

/** With its byte order mark: places are counted in bytes. */
function textOf({ name, bytes }: QuotedFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LuciError('USAGE', `${name} is no text in UTF-8, so nothing of it can be quoted.`, { cause });
  }
}

function promptFor(part: string, question: string): string {
  return `Text:\n\n${part}\n\nAnswer the question from this text alone, each sentence with the words of the text that say so. If the text says nothing about it, give no statements.\n\n${question}`;
}

function roomFor({ session, request, question }: QuoteOptions): Fits {
  const { contextLength } = session.facts;
  const room = contextLength - (request.maxTokens ?? keptForAnswer(contextLength)) - formTokens;
  const told: ChatMessage[] = request.system ? [{ role: 'system', content: request.system }] : [];
  return async (part) => (await session.countTokens([...told, { role: 'user', content: promptFor(part, question) }])) <= room;
}

type Said = Pick<Statement, 'sentence' | 'quote'>;

async function statementsOn(part: string, { agent, request, question, session }: QuoteOptions): Promise<readonly Said[]> {
  const maxTokens = request.maxTokens ?? Math.min(partTokens, keptForAnswer(session.facts.contextLength));
  const { statements } = await agent.json<{ statements: readonly Said[] }>(promptFor(part, question), schema, { ...request, maxTokens });
  return statements.filter(({ sentence }) => sentence.trim() !== '');
}

/** Where the words stand: in the part that was asked about, else anywhere in the file. Not a letter of them may differ. */
function rangeOf(quote: string, text: string, offset: number): Statement['range'] {
  const words = quote.trim();
  if (words.length < minQuoteCharacters) return undefined;
  const inPart = text.indexOf(words, offset);
  const at = inPart < 0 ? text.indexOf(words) : inPart;
  if (at < 0) return undefined;
  const start = Buffer.byteLength(text.slice(0, at));
  return { start, end: start + Buffer.byteLength(words) };
}

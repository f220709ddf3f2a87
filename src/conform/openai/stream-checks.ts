import type { Check, Finding, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import { at, brokenCharacters, isCount, isObject, isOneOf, isText, listAt, parsed, shown, textAt, typeIs } from '../look.ts';
import { farWord } from './questions.ts';

/** Answers that come as a stream. */

const isEndWord = isOneOf('stop', 'length', 'tool_calls', 'content_filter');

/** The chunks of a stream, without what ends it. */
export function chunksOf({ events }: Reply): readonly unknown[] {
  return events.map(({ json }) => json).filter(isObject);
}

/** Those that carry a choice. */
export function choicesOf(reply: Reply): readonly unknown[] {
  return chunksOf(reply).flatMap((chunk) => listAt(chunk, 'choices'));
}

/** The first chunk that is not so, as a finding. */
function everyChunk(reply: Reply, wrong: (chunk: unknown) => string | undefined): Finding {
  for (const chunk of chunksOf(reply)) {
    const problem = wrong(chunk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const contentOf = (reply: Reply): string =>
  choicesOf(reply)
    .map((choice) => textAt(choice, 'delta.content'))
    .join('');

export const streamChecks: readonly Check[] = [
  {
    id: 'openai.stream.type',
    question: 'stream',
    must: 'a stream is of the type text/event-stream',
    breaks: [who.byType],
    look: typeIs('text/event-stream'),
  },
  {
    id: 'openai.stream.lines',
    question: 'stream',
    must: 'each event is one line "data: …" with a blank line after it, ended by LF alone',
    breaks: [who.lineReaders],
    look: ({ text }) => {
      if (text.includes('\r')) return 'lines end with CR';
      const wrong = text.split('\n\n').find((event) => event !== '' && !/^(data: [^\n]*|(:[^\n]*\n?)+)$/.test(event));
      return wrong === undefined ? undefined : `an event is ${shown(wrong)}`;
    },
  },
  {
    id: 'openai.stream.done',
    question: 'stream',
    must: 'the stream ends with "data: [DONE]"',
    breaks: [who.lineReaders],
    look: ({ events }) => (events.at(-1)?.data === '[DONE]' ? undefined : `its last event is ${shown(events.at(-1)?.data)}`),
  },
  {
    id: 'openai.stream.head',
    question: 'stream',
    must: 'each chunk is a "chat.completion.chunk" with the same "id"',
    breaks: [who.joiners, who.typed],
    look: (reply) => {
      const first = at(chunksOf(reply)[0], 'id');
      if (!isText(first)) return `id is ${shown(first)}`;
      return everyChunk(reply, (chunk) => {
        if (at(chunk, 'object') !== 'chat.completion.chunk') return `object is ${shown(at(chunk, 'object'))}`;
        return at(chunk, 'id') === first ? undefined : 'the id changes on the way';
      });
    },
  },
  {
    id: 'openai.stream.index',
    question: 'stream',
    must: 'each choice of a chunk has its "index"',
    breaks: [who.openaiStreamHelper, who.joiners],
    look: (reply) => {
      const wrong = choicesOf(reply).find((choice) => at(choice, 'index') !== 0);
      return wrong === undefined ? undefined : `index is ${shown(at(wrong, 'index'))}`;
    },
  },
  {
    id: 'openai.stream.role',
    question: 'stream',
    must: 'the first chunk says the role "assistant"',
    breaks: [who.openaiStreamHelper],
    look: (reply) => {
      const role = at(choicesOf(reply)[0], 'delta.role');
      return role === 'assistant' ? undefined : `the role in it is ${shown(role)}`;
    },
  },
  {
    id: 'openai.stream.finish-null',
    question: 'stream',
    must: '"finish_reason" is in every chunk: null until the last',
    breaks: [who.openclaw],
    look: (reply) => {
      const early = choicesOf(reply)
        .slice(0, -1)
        .find((choice) => at(choice, 'finish_reason') !== null);
      return early === undefined ? undefined : `before the last chunk it is ${shown(at(early, 'finish_reason'))}`;
    },
  },
  {
    id: 'openai.stream.finish',
    question: 'stream',
    must: 'the last chunk with a choice says why the answer ended',
    breaks: [who.openaiStreamHelper, who.agents],
    look: (reply) => {
      const reason = at(choicesOf(reply).at(-1), 'finish_reason');
      return isEndWord(reason) ? undefined : `finish_reason is ${shown(reason)}`;
    },
  },
  {
    id: 'openai.stream.content',
    question: 'stream',
    must: 'the pieces of the content are texts that join to the answer',
    breaks: [who.chatPages, who.typed],
    look: (reply, { before }) => {
      if (contentOf(reply) !== '') return undefined;
      return textAt(before('chat')?.json, 'choices.0.message.content') === ''
        ? { untold: 'the model says nothing' }
        : 'no chunk has content';
    },
  },
  {
    id: 'openai.stream.thinking',
    question: 'stream',
    must: 'thinking is apart from the content in streams too',
    breaks: [who.structured, who.chatPages],
    look: (reply) => (/<\/?think(ing)?>/.test(contentOf(reply)) ? 'the content has <think>' : undefined),
  },
  {
    id: 'openai.stream.usage-unasked',
    question: 'stream',
    must: 'no chunk is without a choice unless usage was asked for',
    breaks: [who.firstChoice],
    look: (reply) => everyChunk(reply, (chunk) => (listAt(chunk, 'choices').length > 0 ? undefined : `a chunk is ${shown(chunk)}`)),
  },
  {
    id: 'openai.stream.usage',
    question: 'streamUsage',
    must: '"include_usage" gives one last chunk with usage and an empty list of choices',
    breaks: [who.counters],
    look: (reply) => {
      const last = chunksOf(reply).at(-1);
      const isCounted = ['prompt_tokens', 'completion_tokens', 'total_tokens'].every((name) => isCount(at(last, `usage.${name}`)));
      if (!isCounted) return `usage in the last chunk is ${shown(at(last, 'usage'))}`;
      return listAt(last, 'choices').length === 0 ? undefined : 'the chunk with usage has a choice';
    },
  },
  {
    id: 'openai.stream.characters',
    question: 'jsonSchemaStream',
    must: 'no piece holds half a character',
    breaks: [who.chatPages],
    look: (reply) => {
      const pieces = choicesOf(reply).map((choice) => textAt(choice, 'delta.content'));
      const torn = pieces.map((piece) => brokenCharacters(piece, reply.isUtf8)).find(Boolean);
      if (torn !== undefined) return torn;
      const word = at(parsed(pieces.join('')), 'word');
      return word === farWord ? undefined : { untold: 'the model wrote none of several bytes' };
    },
  },
];

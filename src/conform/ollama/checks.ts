import type { Check, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import {
  at,
  brokenCharacters,
  isCount,
  isObject,
  isText,
  listAt,
  overflowTold,
  parsed,
  place,
  shown,
  statusIs,
  stopProblem,
  textAt,
  typeIs,
  withoutThinking,
} from '../look.ts';
import { farWord } from '../openai/questions.ts';

/** What must hold of Ollama's protocol. */

const partsOf = ({ events }: Reply): readonly unknown[] => events.map(({ json }) => json);

const listChecks: readonly Check[] = [
  {
    id: 'ollama.tags.entries',
    question: 'tags',
    must: 'models are listed by "name", "model", "size" and "details"',
    breaks: [who.pickers],
    look: ({ json }) => {
      const wrong = listAt(json, 'models').find(
        (one) => !isText(at(one, 'name')) || !isText(at(one, 'model')) || !isObject(at(one, 'details')) || !isCount(at(one, 'size')),
      );
      return wrong === undefined ? undefined : `one is ${shown(wrong)}`;
    },
  },
  {
    id: 'ollama.version',
    question: 'version',
    must: 'a version is told: clients compare it with the one that first had what they need',
    breaks: [who.pickers],
    look: place('version', isText),
  },
  {
    id: 'ollama.show.context',
    question: 'show',
    must: 'a model tells its context length in "model_info"',
    breaks: [who.cline],
    look: ({ json }) => {
      const info = at(json, 'model_info');
      const found =
        isObject(info) && Object.entries(info as object).some(([name, value]) => name.endsWith('.context_length') && isCount(value));
      return found ? undefined : `model_info is ${shown(info)}`;
    },
  },
  {
    id: 'ollama.show.capabilities',
    question: 'show',
    must: 'a model tells what it can do in "capabilities"',
    breaks: [who.cline, who.pickers],
    look: place('capabilities', Array.isArray),
  },
];

const chatChecks: readonly Check[] = [
  {
    id: 'ollama.chat.message',
    question: 'chat',
    must: 'an answer has a message of the assistant with a text',
    breaks: [who.typed],
    look: ({ json }) => {
      const holds = at(json, 'message.role') === 'assistant' && typeof at(json, 'message.content') === 'string';
      return holds ? undefined : `message is ${shown(at(json, 'message'))}`;
    },
  },
  {
    id: 'ollama.chat.done',
    question: 'chat',
    must: 'it is "done", and says why in "done_reason"',
    breaks: [who.agents],
    look: ({ json }) =>
      at(json, 'done') === true && isText(at(json, 'done_reason')) ? undefined : `done_reason is ${shown(at(json, 'done_reason'))}`,
  },
  {
    id: 'ollama.chat.counts',
    question: 'chat',
    must: 'tokens are counted in "prompt_eval_count" and "eval_count"',
    breaks: [who.counters],
    look: ({ json }) =>
      isCount(at(json, 'eval_count')) ? place('prompt_eval_count', isCount)({ json } as Reply) : 'eval_count is no count',
  },
  {
    id: 'ollama.chat.thinking',
    question: 'chat',
    must: 'thinking is apart from the content, never as <think> in it',
    breaks: [who.chatPages],
    look: withoutThinking('message.content'),
  },
  {
    id: 'ollama.chat.num-predict',
    question: 'cut',
    must: '"num_predict" ends the answer, with "done_reason" "length"',
    breaks: [who.agents],
    look: place('done_reason', (value) => value === 'length'),
  },
  {
    id: 'ollama.chat.stop',
    question: 'stop',
    must: 'the answer ends before a text of "stop"',
    breaks: [who.completers],
    look: ({ json }, { before }) => stopProblem(textAt(before('chat')?.json, 'message.content'), textAt(json, 'message.content')),
  },
  {
    id: 'ollama.chat.format',
    question: 'format',
    must: '"format" with a schema gives a value of it',
    breaks: [who.structured],
    look: ({ json }) => {
      const text = textAt(json, 'message.content');
      return at(parsed(text), 'word') === farWord ? undefined : `the content is ${shown(text)}`;
    },
  },
  {
    id: 'ollama.generate',
    question: 'generate',
    must: '/api/generate answers in "response"',
    breaks: [who.typed],
    look: place('response', (value) => typeof value === 'string'),
  },
];

const streamChecks: readonly Check[] = [
  {
    id: 'ollama.stream.type',
    question: 'stream',
    must: 'who does not say "stream" gets one, of the type application/x-ndjson',
    breaks: [who.byType],
    look: typeIs('application/x-ndjson'),
  },
  {
    id: 'ollama.stream.lines',
    question: 'stream',
    must: 'each line of it is one JSON object',
    breaks: [who.ollamaNode],
    look: ({ text }) => {
      const wrong = text.split('\n').find((line) => line !== '' && !isObject(parsed(line)));
      return wrong === undefined ? undefined : `a line is ${shown(wrong)}`;
    },
  },
  {
    id: 'ollama.stream.done',
    question: 'stream',
    must: 'the last line alone is "done", with its reason',
    breaks: [who.ollamaNode],
    look: (reply) => {
      const parts = partsOf(reply);
      const isLast = parts.every((part, index) => at(part, 'done') === (index === parts.length - 1));
      return isLast && isText(at(parts.at(-1), 'done_reason')) ? undefined : `the last line is ${shown(parts.at(-1))}`;
    },
  },
  {
    id: 'ollama.stream.characters',
    question: 'formatStream',
    must: 'no piece holds half a character',
    breaks: [who.chatPages],
    look: (reply) => {
      const pieces = partsOf(reply).map((part) => textAt(part, 'message.content'));
      return pieces.map((piece) => brokenCharacters(piece, reply.isUtf8)).find(Boolean);
    },
  },
];

const refusalChecks: readonly Check[] = [
  {
    id: 'ollama.error.shape',
    question: 'noModel',
    wants: 'refusal',
    must: 'an error is {"error": "…"}',
    breaks: [who.ollamaNode],
    look: place('error', isText),
  },
  {
    id: 'ollama.error.model',
    question: 'noModel',
    wants: 'refusal',
    must: 'a model that is not there is refused with 404: clients offer to fetch it then',
    breaks: [who.pickers],
    look: statusIs(404),
  },
  {
    id: 'ollama.overflow.told',
    question: 'overflow',
    wants: 'refusal',
    must: 'a prompt that does not fit is refused in words agents know, never cut in silence',
    breaks: [who.agents],
    look: overflowTold,
  },
  {
    id: 'ollama.embed.shape',
    question: 'vectors',
    must: '/api/embed gives one vector a text',
    breaks: [who.ollamaNode, who.vectorStores],
    look: place('embeddings', (value) => Array.isArray(value) && value.length === 2),
  },
];

export const ollamaChecks: readonly Check[] = [...listChecks, ...chatChecks, ...streamChecks, ...refusalChecks];

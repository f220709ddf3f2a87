import type { Check, Finding, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import { at, isCount, isJsonObject, isOneOf, isText, listAt, place, shown, stopProblem, textAt, withoutThinking } from '../look.ts';
import { farWord } from './questions.ts';

/** Lists of models, and answers that come as a whole. */

const content = 'choices.0.message.content';
const isEndWord = isOneOf('stop', 'length', 'tool_calls', 'content_filter');

export const answerChecks: readonly Check[] = [
  {
    id: 'openai.models.object',
    question: 'models',
    must: 'the list of models is an object "list" with "data"',
    breaks: [who.typed, who.pickers],
    look: ({ json }) => {
      if (at(json, 'object') !== 'list') return `object is ${shown(at(json, 'object'))}`;
      return Array.isArray(at(json, 'data')) ? undefined : 'data is no list';
    },
  },
  {
    id: 'openai.models.entries',
    question: 'models',
    must: 'each model has "id" and the object "model"',
    breaks: [who.pickers],
    look: ({ json }) => {
      const wrong = listAt(json, 'data').find((model) => !isText(at(model, 'id')) || at(model, 'object') !== 'model');
      return wrong === undefined ? undefined : `one is ${shown(wrong)}`;
    },
  },
  {
    id: 'openai.models.context',
    question: 'models',
    must: 'each model has the context it is served with ("context_length" or "meta.n_ctx")',
    breaks: [who.agents],
    look: ({ json }) => {
      const wrong = listAt(json, 'data').find((model) => !isCount(at(model, 'context_length') ?? at(model, 'meta.n_ctx')));
      return wrong === undefined ? undefined : `${shown(at(wrong, 'id'))} has none`;
    },
  },
  {
    id: 'openai.models.one',
    question: 'model',
    must: 'one model is told at /v1/models/{id}',
    breaks: [who.pickers],
    look: ({ json }, { model }) => (at(json, 'id') === model ? undefined : `id is ${shown(at(json, 'id'))}`),
  },
  {
    id: 'openai.chat.head',
    question: 'chat',
    must: 'an answer has "id", "created", "model" and the object "chat.completion"',
    breaks: [who.typed],
    look: ({ json }) => {
      if (at(json, 'object') !== 'chat.completion') return `object is ${shown(at(json, 'object'))}`;
      if (!isText(at(json, 'id'))) return `id is ${shown(at(json, 'id'))}`;
      return isCount(at(json, 'created')) && isText(at(json, 'model')) ? undefined : 'created or model is missing';
    },
  },
  {
    id: 'openai.chat.index',
    question: 'chat',
    must: 'each choice has its "index"',
    breaks: [who.typed, who.joiners],
    look: place('choices.0.index', (value) => value === 0),
  },
  {
    id: 'openai.chat.role',
    question: 'chat',
    must: 'the message is of the role "assistant"',
    breaks: [who.typed],
    look: place('choices.0.message.role', (value) => value === 'assistant'),
  },
  {
    id: 'openai.chat.content',
    question: 'chat',
    must: 'the content is a text',
    breaks: [who.typed, who.chatPages],
    look: place(content, (value) => typeof value === 'string'),
  },
  {
    id: 'openai.chat.thinking',
    question: 'chat',
    must: 'thinking is apart from the content, never as <think> in it',
    breaks: [who.structured, who.chatPages],
    look: withoutThinking(content),
  },
  {
    id: 'openai.chat.finish',
    question: 'chat',
    must: '"finish_reason" is one of the words of the protocol',
    breaks: [who.typed],
    look: place('choices.0.finish_reason', isEndWord),
  },
  {
    id: 'openai.chat.usage',
    question: 'chat',
    must: 'tokens are counted in "usage"',
    breaks: [who.counters, who.typed],
    look: usageProblem,
  },
  {
    id: 'openai.chat.max-tokens',
    question: 'cut',
    must: '"max_tokens" ends the answer, with "finish_reason" "length"',
    breaks: [who.agents, who.completers],
    look: place('choices.0.finish_reason', (value) => value === 'length'),
  },
  {
    id: 'openai.chat.stop',
    question: 'stop',
    must: 'the answer ends before a text of "stop"',
    breaks: [who.completers, who.agents],
    look: ({ json }, { before }) => stopProblem(textAt(before('chat')?.json, content), textAt(json, content)),
  },
  {
    id: 'openai.chat.n',
    question: 'several',
    must: '"n" answers come, each with its index',
    breaks: [who.batch],
    look: ({ json }) => {
      const indexes = listAt(json, 'choices').map((choice) => at(choice, 'index'));
      return shown(indexes) === '[0,1]' ? undefined : `for n = 2 there are ${indexes.length} answers with the indexes ${shown(indexes)}`;
    },
  },
  {
    id: 'openai.chat.parts',
    question: 'parts',
    must: 'content may come as a list of parts',
    breaks: [who.partSenders],
    look: place(content, (value) => typeof value === 'string'),
  },
  {
    id: 'openai.chat.systems',
    question: 'systems',
    wants: 'either',
    must: 'two messages of the role "system" are answered, or refused by a status of 400',
    breaks: [who.agents],
    look: noCrash,
  },
  {
    id: 'openai.chat.unknown-field',
    question: 'unknownField',
    must: 'fields nobody knows are left alone',
    breaks: [who.newer],
    look: () => undefined,
  },
  {
    id: 'openai.json.object',
    question: 'jsonObject',
    must: '"response_format" of "json_object" gives a JSON object',
    breaks: [who.structured],
    look: ({ json }) => {
      const text = textAt(json, content);
      // What the limit has cut is no whole object.
      const isCut = at(json, 'choices.0.finish_reason') === 'length';
      const holds = isCut ? text.trimStart().startsWith('{') : isJsonObject(text);
      return holds ? undefined : `the content is ${shown(text)}`;
    },
  },
  {
    id: 'openai.json.schema',
    question: 'jsonSchema',
    must: '"response_format" of "json_schema" gives a value of the schema',
    breaks: [who.structured],
    look: ({ json }) => wordProblem(textAt(json, content)),
  },
  {
    id: 'openai.completions.shape',
    question: 'completion',
    must: 'a text is continued, with its index and the object "text_completion"',
    breaks: [who.completers, who.typed],
    look: ({ json }) => {
      const holds = at(json, 'object') === 'text_completion' && at(json, 'choices.0.index') === 0;
      return holds && typeof at(json, 'choices.0.text') === 'string' ? undefined : `it is ${shown(json)}`;
    },
  },
  {
    id: 'openai.embeddings.shape',
    question: 'vectors',
    must: 'there is one vector a text, numbered',
    breaks: [who.vectorStores],
    look: ({ json }) => {
      const data = listAt(json, 'data');
      const holds = data.length === 2 && data.every((one, index) => at(one, 'index') === index && listAt(one, 'embedding').length > 0);
      return holds ? undefined : `data is ${shown(data)}`;
    },
  },
  {
    id: 'openai.embeddings.base64',
    question: 'vectorsPacked',
    must: '"encoding_format" of "base64" gives vectors in base64: the openai package of npm asks so by itself',
    breaks: [who.openaiNode, who.vectorStores],
    look: place('data.0.embedding', isText),
  },
];

function usageProblem({ json }: Reply): Finding {
  const [prompt, generated, total] = ['prompt_tokens', 'completion_tokens', 'total_tokens'].map((name) => at(json, `usage.${name}`));
  if (![prompt, generated, total].every(isCount)) return `usage is ${shown(at(json, 'usage'))}`;
  const isSum = Number(prompt) + Number(generated) === Number(total);
  return isSum ? undefined : `total_tokens is ${total}, not ${prompt} + ${generated}`;
}

function wordProblem(text: string): Finding {
  try {
    const word = at(JSON.parse(text), 'word');
    return word === farWord ? undefined : `"word" is ${shown(word)}`;
  } catch {
    return `the content is no JSON: ${shown(text)}`;
  }
}

/** Either is fine, a mistake of the server is not. */
export function noCrash({ status }: Reply): Finding {
  return status < 500 ? undefined : `the server answered ${status}`;
}

import type { Check, Finding, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import {
  at,
  isCount,
  isObject,
  isOneOf,
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
} from '../look.ts';

/** What must hold of Anthropic's protocol. */

const isStopWord = isOneOf('end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'refusal');
const blocksOf = ({ json }: Reply): readonly unknown[] => listAt(json, 'content');
const typesOf = ({ events }: Reply): readonly unknown[] => events.map(({ json }) => at(json, 'type')).filter((type) => type !== 'ping');

const eventOf = ({ events }: Reply, type: string): unknown => events.find(({ json }) => at(json, 'type') === type)?.json;

const messageChecks: readonly Check[] = [
  {
    id: 'anthropic.message.head',
    question: 'message',
    must: 'an answer is a "message" of the assistant with an id',
    breaks: [who.typed],
    look: ({ json }) => {
      const holds = at(json, 'type') === 'message' && at(json, 'role') === 'assistant' && isText(at(json, 'id'));
      return holds ? undefined : `it is ${shown(json)}`;
    },
  },
  {
    id: 'anthropic.message.content',
    question: 'message',
    must: 'its content is a list of blocks with a type',
    breaks: [who.anthropicSdk],
    look: (reply) => {
      const holds = blocksOf(reply).length > 0 && blocksOf(reply).every((block) => isText(at(block, 'type')));
      return holds ? undefined : `content is ${shown(at(reply.json, 'content'))}`;
    },
  },
  {
    id: 'anthropic.message.stop-reason',
    question: 'message',
    must: '"stop_reason" is one of the words of the protocol',
    breaks: [who.typed],
    look: place('stop_reason', isStopWord),
  },
  {
    id: 'anthropic.message.usage',
    question: 'message',
    must: 'tokens are counted in "input_tokens" and "output_tokens"',
    breaks: [who.counters],
    look: ({ json }) => {
      const holds = isCount(at(json, 'usage.input_tokens')) && isCount(at(json, 'usage.output_tokens'));
      return holds ? undefined : `usage is ${shown(at(json, 'usage'))}`;
    },
  },
  {
    id: 'anthropic.message.max-tokens',
    question: 'cut',
    must: '"max_tokens" ends the answer, with "stop_reason" "max_tokens"',
    breaks: [who.agents],
    look: place('stop_reason', (value) => value === 'max_tokens'),
  },
  {
    id: 'anthropic.message.stop',
    question: 'stop',
    must: 'the answer ends before a text of "stop_sequences"',
    breaks: [who.completers],
    look: (reply, { before }) => {
      const said = blocksOf(reply).map((block) => textAt(block, 'text'));
      return stopProblem(textAt(before('message')?.json, 'content.0.text'), said.join(''));
    },
  },
  {
    id: 'anthropic.message.blocks',
    question: 'blocks',
    must: 'system prompt and messages may come as blocks',
    breaks: [who.partSenders],
    look: ({ json }) => (at(json, 'type') === 'message' ? undefined : `it is ${shown(json)}`),
  },
  {
    id: 'anthropic.count-tokens',
    question: 'count',
    must: '/v1/messages/count_tokens counts',
    breaks: [who.counters],
    look: place('input_tokens', isCount),
  },
];

const streamChecks: readonly Check[] = [
  {
    id: 'anthropic.stream.type',
    question: 'stream',
    must: 'a stream is of the type text/event-stream',
    breaks: [who.byType],
    look: typeIs('text/event-stream'),
  },
  {
    id: 'anthropic.stream.names',
    question: 'stream',
    must: 'each event is named by its type',
    breaks: [who.anthropicSdk],
    look: ({ events }) => {
      const wrong = events.find(({ name, json }) => name === undefined || name !== at(json, 'type'));
      return wrong === undefined ? undefined : `one is named ${shown(wrong.name)} and is ${shown(at(wrong.json, 'type'))}`;
    },
  },
  {
    id: 'anthropic.stream.order',
    question: 'stream',
    must: 'it begins with message_start and ends with message_delta and message_stop; blocks are started and stopped',
    breaks: [who.anthropicSdk],
    look: orderProblem,
  },
  {
    id: 'anthropic.stream.end',
    question: 'stream',
    must: 'message_delta says the "stop_reason" and counts tokens',
    breaks: [who.anthropicSdk],
    look: (reply) => {
      const last = eventOf(reply, 'message_delta');
      const holds = isStopWord(at(last, 'delta.stop_reason')) && isCount(at(last, 'usage.output_tokens'));
      return holds ? undefined : `it is ${shown(last)}`;
    },
  },
];

function orderProblem(reply: Reply): Finding {
  const types = typesOf(reply);
  if (types[0] !== 'message_start') return `it begins with ${shown(types[0])}`;
  if (shown(types.slice(-2)) !== '["message_delta","message_stop"]') return `it ends with ${shown(types.slice(-2))}`;
  const count = (wanted: string): number => types.filter((type) => type === wanted).length;
  const [started, stopped] = [count('content_block_start'), count('content_block_stop')];
  return started === stopped && started > 0 ? undefined : `${started} blocks are started and ${stopped} stopped`;
}

const toolChecks: readonly Check[] = [
  {
    id: 'anthropic.tools.input',
    question: 'call',
    must: 'a call is a block "tool_use" with "id", "name" and its input as an object',
    breaks: [who.anthropicSdk, who.toolLoops],
    look: (reply) => {
      const block = blocksOf(reply).find((one) => at(one, 'type') === 'tool_use');
      const holds = isText(at(block, 'id')) && at(block, 'name') === 'weather' && isObject(at(block, 'input'));
      return holds ? undefined : `it is ${shown(block)}`;
    },
  },
  {
    id: 'anthropic.tools.stop-reason',
    question: 'call',
    must: '"stop_reason" of an answer with calls is "tool_use"',
    breaks: [who.toolLoops],
    look: place('stop_reason', (value) => value === 'tool_use'),
  },
  {
    id: 'anthropic.tools.stream-input',
    question: 'callStream',
    must: 'the pieces of the input join to a JSON text',
    breaks: [who.anthropicSdk],
    look: ({ events }) => {
      const pieces = events.filter(({ json }) => at(json, 'delta.type') === 'input_json_delta');
      const joined = pieces.map(({ json }) => textAt(json, 'delta.partial_json')).join('');
      return isObject(parsed(joined)) ? undefined : `they join to ${shown(joined)}`;
    },
  },
];

const refusalChecks: readonly Check[] = [
  {
    id: 'anthropic.error.shape',
    question: 'badValue',
    wants: 'refusal',
    must: 'an error is {"type": "error", "error": {"type", "message"}}',
    breaks: [who.anthropicSdk],
    look: ({ json }) => {
      const holds = at(json, 'type') === 'error' && isText(at(json, 'error.type')) && isText(at(json, 'error.message'));
      return holds ? undefined : `it is ${shown(json)}`;
    },
  },
  {
    id: 'anthropic.error.value',
    question: 'badValue',
    wants: 'refusal',
    must: 'a wrong value of a known field is refused with 400',
    breaks: [who.retries],
    look: statusIs(400, 422),
  },
  {
    id: 'anthropic.error.model',
    question: 'noModel',
    wants: 'refusal',
    must: 'a model that is not there is refused with 404',
    breaks: [who.retries],
    look: statusIs(404),
  },
  {
    id: 'anthropic.overflow.told',
    question: 'overflow',
    wants: 'refusal',
    must: 'a prompt that does not fit is refused in words agents know, never cut in silence',
    breaks: [who.agents],
    look: overflowTold,
  },
];

export const anthropicChecks: readonly Check[] = [...messageChecks, ...streamChecks, ...toolChecks, ...refusalChecks];

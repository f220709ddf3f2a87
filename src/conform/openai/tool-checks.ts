import type { Check, Finding, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import { at, isJsonObject, isObject, isText, listAt, shown } from '../look.ts';
import { noCrash } from './answer-checks.ts';
import { choicesOf } from './stream-checks.ts';

/** Calls of tools, whole and streamed. */

const callsOf = ({ json }: Reply): readonly unknown[] => listAt(json, 'choices.0.message.tool_calls');

const piecesOf = (reply: Reply): readonly unknown[] => choicesOf(reply).flatMap((choice) => listAt(choice, 'delta.tool_calls'));

const noCall = { untold: 'there is no call to look at' };

/** A look at the calls; where there are none another check says so. */
const eachCall =
  (wrong: (call: unknown) => string | undefined) =>
  (reply: Reply): Finding => {
    const calls = callsOf(reply);
    return calls.length === 0 ? noCall : calls.map(wrong).find(Boolean);
  };

export const toolChecks: readonly Check[] = [
  {
    id: 'openai.tools.required',
    question: 'call',
    must: '"tool_choice" "required" gives a call, in "tool_calls"',
    breaks: [who.toolLoops],
    look: (reply) => {
      if (callsOf(reply).length > 0) return undefined;
      const message = at(reply.json, 'choices.0.message');
      return at(message, 'tool_call') === undefined ? `the message is ${shown(message)}` : 'it is spelled "tool_call"';
    },
  },
  {
    id: 'openai.tools.call',
    question: 'call',
    must: 'a call has "id", the type "function" and a name that was offered',
    breaks: [who.toolLoops, who.typed],
    look: eachCall((call) => {
      const holds = isText(at(call, 'id')) && at(call, 'type') === 'function' && at(call, 'function.name') === 'weather';
      return holds ? undefined : `a call is ${shown(call)}`;
    }),
  },
  {
    id: 'openai.tools.arguments',
    question: 'call',
    must: 'the arguments of a call are a JSON text, not an object',
    breaks: [who.aiSdk, who.toolLoops],
    look: eachCall((call) =>
      isJsonObject(at(call, 'function.arguments')) ? undefined : `arguments is ${shown(at(call, 'function.arguments'))}`,
    ),
  },
  {
    id: 'openai.tools.content',
    question: 'call',
    must: 'beside calls the content is null or a text, not raw JSON of the call',
    breaks: [who.chatPages],
    look: (reply) => {
      if (callsOf(reply).length === 0) return noCall;
      const content = at(reply.json, 'choices.0.message.content');
      if (content !== null && typeof content !== 'string') return `content is ${shown(content)}`;
      return isJsonObject(content) || /<tool_call>/.test(content ?? '') ? `content is ${shown(content)}` : undefined;
    },
  },
  {
    id: 'openai.tools.finish',
    question: 'call',
    must: '"finish_reason" of an answer with calls is "tool_calls"',
    breaks: [who.toolLoops, who.agents],
    look: (reply) => {
      const reason = at(reply.json, 'choices.0.finish_reason');
      if (callsOf(reply).length === 0) return noCall;
      return reason === 'tool_calls' ? undefined : `finish_reason is ${shown(reason)}`;
    },
  },
  {
    id: 'openai.tools.named',
    question: 'callNamed',
    must: '"tool_choice" of a function gives a call of it',
    breaks: [who.langchain, who.structured],
    look: (reply) => {
      const name = at(callsOf(reply)[0], 'function.name');
      return name === 'clock' ? undefined : `the function that was called is ${shown(name)}`;
    },
  },
  {
    id: 'openai.tools.none',
    question: 'callNone',
    must: '"tool_choice" "none" gives no call',
    breaks: [who.toolLoops],
    look: (reply) => (callsOf(reply).length === 0 ? undefined : 'there is a call'),
  },
  {
    id: 'openai.tools.one',
    question: 'callOne',
    must: '"parallel_tool_calls" false gives one call at most',
    breaks: [who.toolLoops],
    look: (reply) => (callsOf(reply).length <= 1 ? undefined : `there are ${callsOf(reply).length} calls`),
  },
  {
    id: 'openai.tools.with-format',
    question: 'callWithFormat',
    wants: 'either',
    must: 'tools are not dropped where there is a "response_format" too',
    breaks: [who.agents],
    look: (reply) => {
      if (reply.status !== 200) return noCrash(reply);
      return callsOf(reply).length > 0 ? undefined : 'there is no call';
    },
  },
  {
    id: 'openai.tools.result',
    question: 'callAnswered',
    must: 'the result of a call is taken, and answered',
    breaks: [who.toolLoops, who.agents],
    look: ({ json }) => (isObject(at(json, 'choices.0.message')) ? undefined : 'there is no message'),
  },
  {
    id: 'openai.tools.stream-kept',
    question: 'callStream',
    must: 'tools are not dropped in a stream',
    breaks: [who.toolLoops, who.agents],
    look: (reply) => (piecesOf(reply).length > 0 ? undefined : 'no chunk has a call'),
  },
  {
    id: 'openai.tools.stream-index',
    question: 'callStream',
    must: 'each piece of a call has its "index"',
    breaks: [who.openaiStreamHelper, who.langchain],
    look: (reply) => {
      const pieces = piecesOf(reply);
      const wrong = pieces.find((piece) => at(piece, 'index') !== 0);
      if (pieces.length === 0) return noCall;
      return wrong === undefined ? undefined : `index is ${shown(at(wrong, 'index'))}`;
    },
  },
  {
    id: 'openai.tools.stream-first',
    question: 'callStream',
    must: 'the first piece of a call has "id", the type "function" and the name',
    breaks: [who.aiSdk],
    look: (reply) => {
      const [first] = piecesOf(reply);
      if (first === undefined) return noCall;
      const holds = isText(at(first, 'id')) && at(first, 'type') === 'function' && isText(at(first, 'function.name'));
      return holds ? undefined : `it is ${shown(first)}`;
    },
  },
  {
    id: 'openai.tools.stream-arguments',
    question: 'callStream',
    must: 'the pieces of the arguments join to a JSON text',
    breaks: [who.aiSdk, who.toolLoops],
    look: (reply) => {
      const pieces = piecesOf(reply);
      if (pieces.length === 0) return noCall;
      const parts = pieces.map((piece) => at(piece, 'function.arguments') ?? '');
      const wrong = parts.find((part) => typeof part !== 'string');
      if (wrong !== undefined) return `a piece is ${shown(wrong)}`;
      return isJsonObject(parts.join('')) ? undefined : `they join to ${shown(parts.join(''))}`;
    },
  },
  {
    id: 'openai.tools.stream-finish',
    question: 'callStream',
    must: 'the end of a stream with calls says "tool_calls"',
    breaks: [who.toolLoops, who.agents],
    look: (reply) => {
      const reason = at(choicesOf(reply).at(-1), 'finish_reason');
      if (piecesOf(reply).length === 0) return noCall;
      return reason === 'tool_calls' ? undefined : `finish_reason is ${shown(reason)}`;
    },
  },
];

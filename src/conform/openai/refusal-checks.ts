import type { Check, Finding, Reply } from '../check.ts';
import { clients as who } from '../clients.ts';
import { at, isText, overflowTold, shown, statusIs, typeIs } from '../look.ts';

/** What is refused, and in which words. */

/** Looks at the words of a refusal; where there was none another check says so. */
const inRefusal =
  (look: (reply: Reply) => Finding) =>
  (reply: Reply): Finding =>
    reply.status >= 400 ? look(reply) : { untold: 'it was not refused' };

const overflowKinds = ['context_length_exceeded', 'exceed_context_size_error'];

export const refusalChecks: readonly Check[] = [
  {
    id: 'openai.error.shape',
    question: 'noJson',
    wants: 'refusal',
    must: 'an error is {"error": {"message", "type"}}',
    breaks: [who.openaiNode, who.aiSdk],
    look: ({ json, text }) => {
      const holds = isText(at(json, 'error.message')) && isText(at(json, 'error.type'));
      return holds ? undefined : `it is ${shown(json ?? text)}`;
    },
  },
  {
    id: 'openai.error.json-type',
    question: 'noJson',
    wants: 'refusal',
    must: 'an error is of the type application/json',
    breaks: [who.byType],
    look: typeIs('application/json'),
  },
  {
    id: 'openai.error.no-json',
    question: 'noJson',
    wants: 'refusal',
    must: 'a body that is no JSON is refused with 400',
    breaks: [who.retries],
    look: statusIs(400),
  },
  {
    id: 'openai.error.value',
    question: 'badValue',
    wants: 'refusal',
    must: 'a wrong value of a known field is refused with 400 or 422, not by a failure and not in a 200',
    breaks: [who.retries],
    look: statusIs(400, 422),
  },
  {
    id: 'openai.error.role',
    question: 'badRole',
    wants: 'either',
    must: 'a role nobody knows is no failure of the server',
    breaks: [who.retries],
    look: ({ status }) => (status < 500 ? undefined : `the status is ${status}`),
  },
  {
    id: 'openai.model.unknown',
    question: 'noModel',
    wants: 'refusal',
    must: 'a model that is not there is refused with 404',
    breaks: [who.retries, who.pickers],
    look: statusIs(404),
  },
  {
    id: 'openai.model.code',
    question: 'noModel',
    wants: 'refusal',
    must: 'and its code is "model_not_found"',
    breaks: [who.retries],
    look: inRefusal(({ json }) =>
      at(json, 'error.code') === 'model_not_found' ? undefined : `error.code is ${shown(at(json, 'error.code'))}`,
    ),
  },
  {
    id: 'openai.model.unknown-stream',
    question: 'noModelStream',
    wants: 'refusal',
    must: 'a stream that cannot begin has the status of its error, not 200',
    breaks: [who.retries],
    look: ({ status }) => (status >= 400 ? undefined : `the status is ${status}`),
  },
  {
    id: 'openai.overflow.told',
    question: 'overflow',
    wants: 'refusal',
    must: 'a prompt that does not fit is refused with 400 or 413, never cut in silence',
    breaks: [who.agents, who.jan],
    look: statusIs(400, 413),
  },
  {
    id: 'openai.overflow.code',
    question: 'overflow',
    wants: 'refusal',
    must: 'its code or type is one that agents know (context_length_exceeded, exceed_context_size_error)',
    breaks: [who.agents, who.jan],
    look: inRefusal(({ json }) => {
      const said = [at(json, 'error.code'), at(json, 'error.type')];
      return said.some((word) => overflowKinds.includes(String(word))) ? undefined : `code and type are ${shown(said)}`;
    }),
  },
  {
    id: 'openai.overflow.words',
    question: 'overflow',
    wants: 'refusal',
    must: 'its message has the words agents look for',
    breaks: [who.agents, who.jan],
    look: inRefusal(overflowTold),
  },
  {
    id: 'openai.overflow.stream',
    question: 'overflowStream',
    wants: 'refusal',
    must: 'in a stream too the status says so, not an event after 200',
    breaks: [who.agents],
    look: statusIs(400, 413),
  },
];

import type { ChatMessage, ChatRequest, ToolDefinition } from '../../../src/engine/engine.ts';

/** What every template is asked to write down: the same conversations for all of them. */

/** One conversation to be rendered. */
export interface TemplateCase {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly thinking?: ChatRequest['thinking'];
}

const system: ChatMessage = { role: 'system', content: 'You are a dry clerk.' };
const user: ChatMessage = { role: 'user', content: 'How late is it in Oslo?' };
const clock: ToolDefinition = {
  name: 'clock',
  description: 'The time in a town, "local" or <utc>',
  parameters: {
    type: 'object',
    properties: {
      town: { type: 'string', description: 'Name of the town' },
      format: { type: 'string', enum: ['12h', '24h'], description: 'How it is written' },
      days: { type: 'integer' },
    },
    required: ['town'],
  },
};
const notes: ToolDefinition = { name: 'note', description: 'Keeps a note', parameters: { type: 'object', properties: {} } };
const called: readonly ChatMessage[] = [
  user,
  { role: 'assistant', content: '', toolCalls: [{ id: 'call00001', name: 'clock', arguments: { town: 'Oslo', days: 2 } }] },
  { role: 'tool', toolCallId: 'call00001', name: 'clock', content: '{"time": "12:00"}' },
];

/** By name. */
export const templateCases: Readonly<Record<string, TemplateCase>> = {
  question: { messages: [user] },
  system: { messages: [system, user] },
  turns: {
    messages: [system, user, { role: 'assistant', content: 'Noon.' }, { role: 'user', content: '  And in Rome?\nAnd "Bern"? ' }],
  },
  tools: { messages: [user], tools: [clock, notes] },
  'tools and system': { messages: [system, user], tools: [clock] },
  'tool result': { messages: called, tools: [clock] },
  'turn after a tool': {
    messages: [system, ...called, { role: 'assistant', content: 'Noon.' }, { role: 'user', content: 'And in Rome?' }],
    tools: [clock, notes],
  },
  'thinking off': { messages: [user], thinking: false },
  'thinking low': { messages: [user], thinking: 'low' },
  'thinking high': { messages: [system, user], thinking: 'high' },
};

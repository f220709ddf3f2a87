import type { CallForm } from './call-form.ts';
import { jsonCall } from './json-call.ts';
import { markupCall } from './markup-call.ts';
import { namedCall } from './named-call.ts';
import { pythonCall } from './python-call.ts';
import { reactCall } from './react-call.ts';

/** The ways calls are written, tried in this order. A new one is a row here. */
export const callForms: readonly CallForm[] = [jsonCall, markupCall, pythonCall, reactCall, namedCall];

/** What may stand around calls. `isTag`: it means nothing but calls, so what stands in it and cannot be read is a call gone wrong. */
export interface CallWrapper {
  readonly open: string;
  readonly close: string;
  readonly isTag: boolean;
}

const tag = (name: string): CallWrapper => ({ open: `<${name}>`, close: `</${name}>`, isTag: true });

/** Tags of the families, and fences. Longer ones first where one begins as another. */
export const callWrappers: readonly CallWrapper[] = [
  ...['tool_calls', 'tool_call', 'function_calls', 'function_call', 'functioncall'].map(tag),
  { ...tag('tools'), isTag: false },
  { ...tag('tool'), isTag: false },
  { open: '<|tool_call_start|>', close: '<|tool_call_end|>', isTag: true },
  { open: '<|tool_calls_section_begin|>', close: '<|tool_calls_section_end|>', isTag: true },
  { open: '<|tool_call_begin|>', close: '<|tool_call_end|>', isTag: true },
  { open: '<|tool_call|>', close: '<|/tool_call|>', isTag: true },
  { open: '<|tool_call>', close: '<tool_call|>', isTag: true },
  { open: '<|python_tag|>', close: '<|eom_id|>', isTag: true },
  { open: '<start_function_call>', close: '<end_function_call>', isTag: true },
  { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>', isTag: true },
  { open: '<｜tool▁call▁begin｜>', close: '<｜tool▁call▁end｜>', isTag: true },
  { open: '[TOOL_CALLS]', close: '[/TOOL_CALLS]', isTag: true },
  { open: '[[call:', close: ']]', isTag: true },
  ...['json', 'jsonc', 'tool_call', 'tool_code', 'python', 'xml', 'text', 'plaintext', 'bash', ''].map((language) => ({
    open: `\`\`\`${language}\n`,
    close: '```',
    isTag: false,
  })),
];

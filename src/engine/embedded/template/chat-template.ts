import { withoutUndefined } from '../../../base/without-undefined.ts';
import { thinkingMarks } from '../../answer-parts/thinking-marks.ts';
import { adapterOf } from './adapt-messages.ts';
import { BoundedInterpreter, TemplateLimit } from './bounded-interpreter.ts';
import { Environment, parseTemplate } from './jinja.ts';
import { strftime } from './strftime.ts';
import { type Capabilities, probeCapabilities } from './template-capabilities.ts';
import type { TemplateInput, TemplateTokens } from './template-values.ts';

/**
 * A model's own chat template, rendered as llama-server renders it: the same variables, and the same changes of messages for templates that
 * want them in another form.
 */

/** A template that was read. */
export interface ChatTemplate {
  readonly capabilities: Capabilities;
  /** Throws what the template raises. */
  render(input: TemplateInput): string;
}

/** Items of a list that `range` may make; the longest real use numbers messages. */
const maxRangeItems = 100_000;

/** Tokens of thinking that templates with a budget are told for `low`. */
const lowBudgetTokens = 512;

/** What every template knows. */
const constants = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range: boundedRange,
  raise_exception: (message: string): never => {
    // Whoever renders tells it with the model's name.
    throw new Error(message);
  },
};

/** Reads a template. Throws where it is none. */
export function readChatTemplate(source: string, { bosToken, eosToken }: TemplateTokens): ChatTemplate {
  const program = parseTemplate(patched(source));
  const adapt = adapterOf(source);
  const knowsThinking = thinkingMarks.some(({ open, isOnRequest }) => !isOnRequest && source.includes(open));

  function run(variables: Readonly<Record<string, unknown>>, nowMs: number): string {
    const now = new Date(nowMs);
    const environment = new Environment();
    const known = {
      ...constants,
      datetime: strftime(now, '%b %d %Y'),
      date_string: strftime(now, '%d %b %Y'),
      strftime_now: (format: string) => strftime(now, format),
      bos_token: bosToken,
      eos_token: eosToken,
      ...variables,
    };
    for (const [name, value] of Object.entries(known)) environment.set(name, value);
    return new BoundedInterpreter(environment).run(program).toString();
  }

  const capabilities = probeCapabilities((variables) => run(variables, 0));
  return {
    capabilities,
    render({ messages, tools, thinking, nowMs, addGenerationPrompt }) {
      const variables = withoutUndefined<unknown>({
        messages: adapt(messages, capabilities),
        tools: tools?.length ? tools : undefined,
        ...thinkingVariables(thinking, knowsThinking),
        add_generation_prompt: addGenerationPrompt ? true : undefined,
      });
      const text = run(variables, nowMs);
      // A turn of content and a call leaves no beginning for the answer in this family.
      const isUnopened = addGenerationPrompt && source.includes("'<|tool_call>call:'") && text.endsWith('<turn|>\n');
      return isUnopened ? `${text}<|turn>model\n` : text;
    },
  };
}

/** What templates are told of thinking, by all the names they have for it. */
function thinkingVariables(thinking: TemplateInput['thinking'], knowsThinking: boolean): Readonly<Record<string, unknown>> {
  const effort = typeof thinking === 'string' ? thinking : undefined;
  const budget = thinking === false ? 0 : thinking === 'low' ? lowBudgetTokens : undefined;
  return {
    enable_thinking: thinking === undefined ? knowsThinking : thinking !== false,
    // Templates that can keep the thinking of earlier turns write it, where there is any.
    drop_thinking: false,
    preserve_thinking: true,
    clear_thinking: false,
    truncate_history_thinking: false,
    reasoning_effort: effort,
    reasoning_strength: effort,
    thinking_budget: budget,
  };
}

/** Checks of two families that refuse answers with their own marks in them, or answers without words. */
function patched(source: string): string {
  return source
    .replaceAll(
      '{%- if "<|channel|>analysis<|message|>" in message.content or "<|channel|>final<|message|>" in message.content %}',
      '{%- if false %}',
    )
    .replaceAll(
      "{%- if (message['content'] is none or message['content'] == '' or message['content']|length == 0) and (message['tool_calls'] is not defined or message['tool_calls'] is none or message['tool_calls']|length == 0) %}",
      '{%- if false %}',
    );
}

/** Python's `range`, of bounded length. */
function boundedRange(first: number, second?: number, third?: number): number[] {
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first];
  const step = typeof third === 'number' ? third : 1;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= maxRangeItems)) throw new TemplateLimit(`range() makes more than ${maxRangeItems} items`);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

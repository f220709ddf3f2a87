import type { LlamaModel } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';
import { type CallMarks, callMarksOf } from '../answer-parts/call-format.ts';
import {
  harmonyMarks,
  harmonyOpenings,
  harmonyThinking,
  isHarmony,
  solutionMarks,
  type ThinkingMarks,
  thinkingMarks,
} from '../answer-parts/thinking-marks.ts';
import { TemplateLimit } from './template/bounded-interpreter.ts';
import { type ChatTemplate, readChatTemplate } from './template/chat-template.ts';
import type { TemplateInput } from './template/template-values.ts';

/** The chat templates of a model file: its own, and one for requests with tools where it has that. */
export interface ModelTemplate {
  /** Whether the model calls tools in a way that is known here. */
  readonly knowsTools: boolean;
  /** Whether it can be told how long to think. */
  readonly knowsEffort: boolean;
  /** How it marks its thinking, and its calls. */
  readonly thinking: readonly ThinkingMarks[];
  readonly calls: readonly CallMarks[];
  readonly isHarmony: boolean;
  /** All marks that stand around thinking, calls and parts, as one text. */
  readonly marks: string;
  templateFor(input: Pick<TemplateInput, 'tools'>): ChatTemplate;
  /** Throws ENGINE_FAILED with the model's name and what the template says. */
  render(input: TemplateInput): string;
}

/** What the file holds. */
export interface TemplateSources {
  readonly name: string;
  readonly chatTemplate: string;
  readonly toolTemplate?: string;
}

/** Reads the templates of a file. Throws ENGINE_FAILED where they cannot be read, or go over their limits. */
export function openModelTemplate(model: LlamaModel, { name, chatTemplate, toolTemplate }: TemplateSources): ModelTemplate {
  const tokens = { bosToken: model.tokens.bosString ?? '', eosToken: model.tokens.eosString ?? '' };
  const own = told(name, () => readChatTemplate(chatTemplate, tokens));
  const forTools = toolTemplate === undefined ? own : told(name, () => readChatTemplate(toolTemplate, tokens));
  const source = toolTemplate ?? chatTemplate;
  const calls = callMarksOf(source);
  const isChannelled = isHarmony(chatTemplate);
  const templateFor = ({ tools }: Pick<TemplateInput, 'tools'>): ChatTemplate => (tools?.length ? forTools : own);
  const thinking = isChannelled
    ? [harmonyThinking]
    : thinkingMarks.filter(({ open, close }) => source.includes(open) || source.includes(close));
  const words = [...thinkingMarks, ...solutionMarks, ...calls].flatMap(({ open, close = '' }) => [open, close]);
  return {
    knowsTools: forTools.capabilities.tools && forTools.capabilities.toolCalls && (calls.length > 0 || isChannelled),
    knowsEffort: /\b(reasoning_effort|reasoning_strength|thinking_budget)\b/.test(chatTemplate),
    thinking,
    marks: [...words, ...harmonyOpenings, ...(isChannelled ? harmonyMarks : [])].join(' '),
    calls,
    isHarmony: isChannelled,
    templateFor,
    render: (input) => told(name, () => templateFor(input).render(input)),
  };
}

/** What goes wrong in a template, as an error that names the model. */
function told<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw templateError(name, 'it is nested too deep, or makes too much text');
    if (error instanceof TemplateLimit) throw templateError(name, error.message);
    throw templateError(name, (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? 'it fails');
  }
}

/** A template that could not be used, with what it says. */
function templateError(name: string, reason: string): LuciError {
  return new LuciError('ENGINE_FAILED', `The chat template of ${name} cannot be used: ${reason}.`, {
    hint: 'luci ask --engine llama-server …, or another file of the model',
  });
}

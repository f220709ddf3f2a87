import { anyText, decimalNumber, wholeNumber } from '../base/value-kinds.ts';
import type { ChatRequest, Sampling } from '../engine/engine.ts';
import type { OptionTable, OptionValues, Switch, ValueOption } from './command.ts';

/** Options several commands share. */

export const modelOption = {
  kind: anyText('smollm2-135m'),
  short: 'm',
  value: 'NAME',
  summary: 'installed model, or path of a .gguf file (default: the best there is)',
} as const satisfies ValueOption;

export const systemOption = {
  kind: anyText('"Answer in one word."'),
  short: 's',
  value: 'TEXT',
  summary: 'system prompt (default: none)',
} as const satisfies ValueOption;

/** Of commands that load a model file. */
export const forceOption = {
  summary: 'try a model file again whose first load ended the process that tried it',
} as const satisfies Switch;

/** How an answer is made; the default of the temperature differs. */
export function samplingOptions(temperature: string) {
  return {
    maxTokens: { kind: wholeNumber({ min: 1, example: '200' }), value: 'N', summary: 'longest answer, in tokens' },
    temperature: {
      kind: decimalNumber({ example: '0.7' }),
      value: 'X',
      summary: `how freely tokens are chosen (default ${temperature})`,
    },
    seed: { kind: wholeNumber({ example: '7' }), value: 'N', summary: 'repeatable choice of tokens' },
    topP: {
      kind: decimalNumber({ max: 1, example: '0.9' }),
      value: 'X',
      summary: 'choose among tokens that make up this share (default 0.95)',
    },
    topK: { kind: wholeNumber({ example: '40' }), value: 'N', summary: 'choose among this many tokens; 0: all (default 40)' },
    minP: {
      kind: decimalNumber({ max: 1, example: '0.05' }),
      value: 'X',
      summary: 'leave out tokens less likely than this share of the likeliest (default 0.05)',
    },
    repeatPenalty: { kind: decimalNumber({ example: '1.1' }), value: 'X', summary: 'make what was said less likely; 1: off (default 1)' },
    stop: { kind: anyText('END'), value: 'TEXT', multiple: true, summary: 'end the answer before this text; several times for several' },
  } as const satisfies OptionTable;
}

type SamplingFlags = OptionValues<ReturnType<typeof samplingOptions>>;

/** The flags as a request: what was asked for, and nothing else. */
export function samplingRequest({
  maxTokens,
  stop,
  ...sampling
}: SamplingFlags): Pick<ChatRequest, 'maxTokens' | 'stop'> & { readonly sampling: Sampling } {
  const { temperature, seed, topP, topK, minP, repeatPenalty } = sampling;
  return { maxTokens, stop, sampling: { temperature, seed, topP, topK, minP, repeatPenalty } };
}

/** Which of the runs of a model is meant, where it was asked several suites. */
export const suiteOption = {
  suite: {
    kind: anyText('suite.json'),
    value: 'NAME',
    summary: 'the run of a suite of your own, by its name or file (default: of the tiers)',
  },
} as const satisfies OptionTable;

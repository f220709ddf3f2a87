import { anyText, decimalNumber, wholeNumber } from '../base/value-kinds.ts';
import type { OptionTable, Switch, ValueOption } from './command.ts';

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
  } as const satisfies OptionTable;
}

import { oneOf, wholeNumber } from '../base/value-kinds.ts';
import type { ChatRequest } from '../engine/engine.ts';
import type { OptionTable } from './command.ts';

/** Flags of commands whose answers may be thought about. */

/** How a model thinks. */
export const thinkingOptions = {
  think: {
    kind: oneOf(['on', 'off', 'low', 'high']),
    value: 'WORD',
    summary: 'on, off, low or high: how long a thinking model thinks; a terminal shows it dim (default: as the model does, unseen)',
  },
  thinkTokens: { kind: wholeNumber({ example: '200' }), value: 'N', summary: 'tokens of thinking after which the answer begins' },
} as const satisfies OptionTable;

/** The flags as they were given. */
interface ThinkingFlags {
  readonly think?: 'on' | 'off' | 'low' | 'high';
  readonly thinkTokens?: number;
}

const choices = { on: true, off: false, low: 'low', high: 'high' } as const;

/** The flags as a request. */
export function thinkingRequest({ think, thinkTokens }: ThinkingFlags): Pick<ChatRequest, 'thinking' | 'thinkingTokens'> {
  return { thinking: think && choices[think], thinkingTokens: thinkTokens };
}

/** Whether thinking is shown: only where it was asked for. */
export function showsThinking({ think }: ThinkingFlags): boolean {
  return think !== undefined && think !== 'off';
}

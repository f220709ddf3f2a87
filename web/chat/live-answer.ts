import { signal } from '@preact/signals';
import { type Blocks, grown, noBlocks } from '../markdown/blocks.ts';

/** The answer that is being made. What comes is drawn once a frame. */

export interface LiveAnswer {
  /** The turn it comes after. */
  readonly parent: string;
  readonly id: string;
  readonly text: string;
  readonly thinking: string;
  readonly blocks: Blocks;
}

export const live = signal<LiveAnswer | undefined>(undefined);

let waiting = { text: '', thinking: '' };
let timer: ReturnType<typeof setTimeout> | undefined;
const frameMs = 16;

export function beginLive(parent: string, id: string): void {
  live.value = { parent, id, text: '', thinking: '', blocks: noBlocks };
}

/** More of it. */
export function addLive(part: 'text' | 'thinking', text: string): void {
  waiting[part] += text;
  // Not by frames of the screen: a tab in the background has none.
  timer ??= setTimeout(flush, frameMs);
}

/** Ends it; returns all that was said. */
export function endLive(): LiveAnswer | undefined {
  flush();
  const said = live.value;
  live.value = undefined;
  return said;
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  const { text, thinking } = waiting;
  waiting = { text: '', thinking: '' };
  const before = live.value;
  if (!before || (text === '' && thinking === '')) return;
  const whole = before.text + text;
  live.value = {
    ...before,
    text: whole,
    thinking: before.thinking + thinking,
    blocks: text === '' ? before.blocks : grown(before.blocks, whole),
  };
}

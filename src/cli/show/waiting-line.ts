import { formatBytes } from '../../base/units.ts';
import type { LoadEvent, WaitEvent } from '../../engine/engine.ts';
import type { Show } from './show.ts';
import { printable } from './text.ts';

/** One dim line that says why there is no word yet. Gone with the first word; nothing off a terminal and with --quiet. */
export interface WaitingLine extends Disposable {
  /** Begins to wait: at a question, and again after the result of a tool. */
  start(): void;
  /** The line goes, and does not come back before the next {@link start}. */
  stop(): void;
  onLoad(event: LoadEvent): void;
  /** The speed with so many tokens of context is measured. */
  measuring(contextTokens: number): void;
  /** Takes an event of an answer. The first word, and a tool that is called, end the wait. */
  see(event: WaitEvent | { readonly type: string; readonly text?: string }): void;
}

/** What is not longer than this is no wait. */
const quietMs = 500;
const intervalMs = 250;

const anyAnswer = 'waiting for the answer';

/** A line of a command. Thinking that the command shows is a word as well. */
export function waitingLine(show: Show, how: { readonly isThinkingShown?: boolean } = {}): WaitingLine {
  if (show.quiet || !show.terminal.errIsTerminal || show.terminal.isPlain) return silentLine;
  let timer: ReturnType<typeof setInterval> | undefined;
  let startedMs = 0;
  let label = anyAnswer;
  /** Where the label is said with seconds, since when. */
  let sinceMs: number | undefined;
  let drawn = '';

  function say(next: string, isTimed = false): void {
    if (next !== label) sinceMs = isTimed ? performance.now() : undefined;
    label = next;
  }
  function draw(): void {
    const nowMs = performance.now();
    if (nowMs - startedMs < quietMs) return;
    const seconds = sinceMs === undefined ? '' : ` ${Math.round((nowMs - sinceMs) / 1000)} s`;
    const text = `${label}${seconds}`;
    if (text === drawn) return;
    drawn = text;
    show.live([show.terminal.style('dim', text)]);
  }
  const line: WaitingLine = {
    start() {
      line.stop();
      startedMs = performance.now();
      label = anyAnswer;
      sinceMs = startedMs;
      drawn = '';
      timer = setInterval(draw, intervalMs).unref();
    },
    stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      show.live([]);
    },
    onLoad(event) {
      if (event.type === 'ready') say(anyAnswer, true);
      else if (event.type === 'loading') say(loadingText(event), event.sizeBytes === undefined);
      else say('starting the engine');
    },
    measuring: (contextTokens) => say(`measuring with ${contextTokens.toLocaleString('en-US')} tokens`, true),
    see(event) {
      if (event.type === 'waiting') say('waiting for another request', true);
      else if ('totalTokens' in event) say(readingText(event));
      else if (event.type === 'thinking' && !how.isThinkingShown) say('thinking', true);
      else line.stop();
    },
    [Symbol.dispose]: () => line.stop(),
  };
  return line;
}

const silentLine: WaitingLine = {
  start: () => undefined,
  stop: () => undefined,
  onLoad: () => undefined,
  measuring: () => undefined,
  see: () => undefined,
  [Symbol.dispose]: () => undefined,
};

/** `loading llama3.2 42 %, 2.02 GB`: the size is that of all its weights. Of a path the file's name. */
function loadingText({ fraction, name, sizeBytes }: Extract<LoadEvent, { type: 'loading' }>): string {
  const what = name === undefined ? 'loading' : `loading ${printable(name.split(/[\\/]/).at(-1) ?? '')}`;
  return sizeBytes === undefined ? what : `${what} ${Math.floor(fraction * 100)} %, ${formatBytes(sizeBytes)}`;
}

function readingText({ doneTokens, totalTokens }: Extract<WaitEvent, { type: 'reading' }>): string {
  return `reading ${totalTokens.toLocaleString('en-US')} tokens ${Math.floor((doneTokens / totalTokens) * 100)} %`;
}

import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordedTerminal } from '../../../test/fixtures/terminal.ts';
import { createShow } from './show.ts';
import { waitingLine } from './waiting-line.ts';

/** What a person sees until the first word comes, with a clock that is turned by hand. */

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

function screen({ isTerminal = true, quiet = false, isThinkingShown = false } = {}) {
  const terminal = recordedTerminal({ isTerminal });
  const show = createShow(terminal, { quiet });
  const line = waitingLine(show, { isThinkingShown });
  line.start();
  /** The last line that was drawn; empty where it was taken away. */
  const shown = (): string => stripVTControlCharacters(terminal.written.err.at(-1) ?? '').trim();
  return { terminal, show, line, shown };
}

test('each wait is told in its own words, and the line goes with the first word', () => {
  const { line, shown, show, terminal } = screen();
  line.onLoad({ type: 'starting-engine' });
  vi.advanceTimersByTime(500);
  expect(shown()).toBe('starting the engine');
  line.onLoad({ type: 'loading', fraction: 0, name: '/models/llama\u001b[2J3.2' });
  vi.advanceTimersByTime(250);
  expect(shown()).toBe('loading llama3.2 0 s');
  line.onLoad({ type: 'loading', fraction: 0.426, name: 'llama3.2', sizeBytes: 460e6 });
  vi.advanceTimersByTime(250);
  expect(shown()).toBe('loading llama3.2 42 %, 460 MB');
  line.onLoad({ type: 'ready' });
  vi.advanceTimersByTime(3000);
  expect(shown()).toBe('waiting for the answer 3 s');
  line.see({ type: 'waiting' });
  vi.advanceTimersByTime(2000);
  expect(shown()).toBe('waiting for another request 2 s');
  line.see({ type: 'reading', doneTokens: 2230, totalTokens: 6000 });
  vi.advanceTimersByTime(250);
  expect(shown()).toBe('reading 6,000 tokens 37 %');
  line.see({ type: 'thinking', text: 'Well' });
  vi.advanceTimersByTime(6000);
  line.see({ type: 'thinking', text: ', then' });
  vi.advanceTimersByTime(6000);
  expect(shown()).toBe('thinking 12 s');
  line.see({ type: 'text', text: 'Paris' });
  expect(terminal.written.err.at(-1)).toBe('\r\u001b[1A\u001b[0J');
  const { length } = terminal.written.err;
  show.stream('Paris');
  vi.advanceTimersByTime(10_000);
  expect(terminal.written.err).toHaveLength(length);
});

test('what takes less than half a second draws nothing', () => {
  const { line, terminal } = screen();
  vi.advanceTimersByTime(400);
  line.see({ type: 'text', text: 'Paris' });
  vi.advanceTimersByTime(2000);
  expect(terminal.written.err).toEqual([]);
});

test('off a terminal and with --quiet nothing is drawn', () => {
  for (const how of [{ isTerminal: false }, { quiet: true }]) {
    const { line, terminal } = screen(how);
    line.onLoad({ type: 'starting-engine' });
    line.see({ type: 'waiting' });
    vi.advanceTimersByTime(5000);
    line.see({ type: 'text', text: 'Paris' });
    expect(terminal.written).toEqual({ out: [], err: [] });
  }
});

test('thinking that is shown is a word, and a question of a tool has the screen for itself', () => {
  const thinking = screen({ isThinkingShown: true });
  vi.advanceTimersByTime(1000);
  thinking.line.see({ type: 'thinking', text: 'Well' });
  const tool = screen();
  vi.advanceTimersByTime(1000);
  tool.line.see({ type: 'tool-call' });
  const before = [thinking, tool].map(({ terminal }) => terminal.written.err.length);
  vi.advanceTimersByTime(3000);
  expect([thinking, tool].map(({ terminal }) => terminal.written.err.length)).toEqual(before);
  tool.line.start();
  vi.advanceTimersByTime(1000);
  expect(tool.shown()).toBe('waiting for the answer 1 s');
});

test('an error takes the line away before it is told', () => {
  const { terminal, show } = screen();
  vi.advanceTimersByTime(1000);
  show.error(new Error('no'), false);
  expect(terminal.written.err.slice(-2)).toEqual(['\r\u001b[1A\u001b[0J', 'luci made a mistake: no\n  --debug shows where\n']);
});

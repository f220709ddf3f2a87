import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordedTerminal } from '../../../test/fixtures/terminal.ts';
import type { DownloadProgress } from '../../download/download-event.ts';
import { type InstallTotal, installProgress } from './download-progress.ts';
import { createShow } from './show.ts';

/** What a person sees of downloads, on a terminal and off it, with a clock that is turned by hand. */

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

function screen({ isTerminal, total }: { isTerminal: boolean; total?: InstallTotal }) {
  const terminal = recordedTerminal({ isTerminal });
  const written = terminal.written.err;
  const listen = installProgress(createShow(terminal), total);
  const at = (receivedBytes: number, more: Partial<DownloadProgress> = {}, [part, parts] = [1, 1]): void => {
    const progress = { type: 'progress', phase: 'downloading', totalBytes: 1e9, bytesPerSecond: 5e6, receivedBytes } as const;
    listen({ type: 'file', model: 'm', part, parts, event: { ...progress, ...more } });
  };
  return { written, lines: () => written.flatMap((text) => text.split('\n')).filter((line) => /\S/.test(line)), at, listen };
}

describe('off a terminal', () => {
  test('a line every 5 %, or every 10 s on a slow line, and no control signs', () => {
    const { lines, written, at } = screen({ isTerminal: false });
    for (let percent = 0; percent <= 100; percent += 1) at(percent * 1e7);
    expect(lines()).toHaveLength(20);
    expect(lines()[0]).toBe('fetching m: 5 % (50.0 MB of 1.00 GB), 5.00 MB/s');
    for (let second = 0; second < 60; second += 1) {
      vi.advanceTimersByTime(1000);
      at(1e9 - 1);
    }
    expect(lines()).toHaveLength(26);
    expect(written.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('case 10, a wait is said when it begins, once for all connections; short ones are not', () => {
    const { lines, at } = screen({ isTerminal: false });
    at(0, { phase: 'waiting', waitMs: 56_000, reason: 'hub asks to slow down (429)' });
    at(0, { phase: 'waiting', waitMs: 56_000, reason: 'hub asks to slow down (429)' });
    expect(lines()).toEqual(['fetching m: waiting 56 s: hub asks to slow down (429)']);
    vi.advanceTimersByTime(6000);
    at(0, { phase: 'waiting', waitMs: 500, reason: 'a short one' });
    expect(lines()).toHaveLength(1);
    at(0, { phase: 'waiting', reason: 'another luci fetches it' });
    expect(lines().at(-1)).toBe('fetching m: waiting: another luci fetches it');
  });

  test('a new start after wrong bytes is said', () => {
    const { lines, listen } = screen({ isTerminal: false });
    listen({ type: 'file', model: 'm', part: 1, parts: 1, event: { type: 'restarted', compares: false, reason: 'wrong' } });
    expect(lines()).toEqual(['  m: not the pinned bytes; fetching them once more']);
  });
});

describe('on a terminal', () => {
  const totals = (lines: readonly string[]) => lines.flatMap((line) => /total.*?([\d.]+) \/ 4\.00 GB/.exec(line)?.[1] ?? []).map(Number);

  test('one bar with name, percent, bytes, rate and time left, drawn over itself; 100 % is only said when verified', () => {
    const { lines, at } = screen({ isTerminal: true });
    at(5e8);
    at(1e9);
    at(1e9, { phase: 'verifying' });
    const [half, , whole] = lines();
    expect(half).toMatch(/m {3}50 % .* 0\.50 \/ 1\.00 GB {3}5\.00 MB\/s {3}2 min$/);
    expect(lines().join()).not.toContain('100 %');
    expect(whole).toBeDefined();
  });

  test('DL-24, the total of a split model, and of several models, never goes back', () => {
    const total = { models: 2, bytes: 4e9, doneModels: 0, doneBytes: 0 };
    const { lines, at } = screen({ isTerminal: true, total });
    for (const part of [1, 2, 3])
      for (const bytes of [0, 5e8, 1e9]) {
        at(bytes, {}, [part, 3]);
        if (bytes === 1e9) at(bytes, { phase: 'done' }, [part, 3]);
      }
    const seen = totals(lines());
    expect(seen.length).toBeGreaterThan(6);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(3);
  });

  test('one file alone has no total', () => {
    const { lines, at } = screen({ isTerminal: true, total: { models: 1, bytes: 1e9, doneModels: 0, doneBytes: 0 } });
    at(5e8);
    expect(lines().join()).not.toContain('total');
    at(5e8, {}, [1, 2]);
    expect(lines().join()).toContain('total');
  });
});

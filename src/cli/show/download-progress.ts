import { formatBytes, formatBytesOf, formatDuration } from '../../base/units.ts';
import type { DownloadProgress } from '../../download/download-event.ts';
import type { InstallEvent } from '../../install/carry-out.ts';
import { kindOf } from '../../sources/kinds.ts';
import type { Show } from './show.ts';
import { pad, printable } from './text.ts';

/** Downloads as they go: one bar on a terminal, a plain line every 10 s or 5 % elsewhere, JSON lines with --json. */

const lineEveryMs = 10_000;
const linesInAll = 20;
const longWaitMs = 2000;

/** How far several models together are; the bar of the one under way has this line below it. */
export interface InstallTotal {
  readonly models: number;
  readonly bytes: number;
  /** Models that are whole, and their bytes. */
  doneModels: number;
  doneBytes: number;
}

/** A listener for the events of an install. */
export function installProgress(show: Show, total?: InstallTotal): (event: InstallEvent) => void {
  let lastLineMs = performance.now();
  let lastStep = 0;
  let lastWaitMs = Number.NEGATIVE_INFINITY;
  /** Bytes of this model's parts that are whole. */
  const wholeParts = new Map<number, number>();
  return (event) => {
    if (show.json) return show.data(event);
    if (event.type === 'installed') return;
    const { event: news, model } = event;
    const name = event.parts > 1 ? `${model} ${event.part}/${event.parts}` : model;
    if (news.type === 'source') {
      if (news.state === 'failed') show.note(`  from ${printable(news.place)}: ${printable(news.reason ?? 'failed')}`);
      else if (kindOf(news.source).isAnnounced) show.note(`  from ${printable(news.place)}`);
      return;
    }
    if (news.type === 'restarted') {
      const next = news.compares ? 'comparing them with the source' : 'fetching them once more';
      return show.note(`  ${name}: not the pinned bytes; ${next}`);
    }
    if (news.phase === 'done') {
      wholeParts.set(event.part, news.receivedBytes);
      lastStep = 0;
      return show.live([]);
    }
    if (show.terminal.errIsTerminal) {
      const partBytes = [...wholeParts.values()].reduce((sum, bytes) => sum + bytes, 0);
      return show.live([barLine(name, news, show), ...totalLine(total, partBytes + news.receivedBytes, event.parts)]);
    }
    const step = news.totalBytes ? Math.floor((news.receivedBytes / news.totalBytes) * linesInAll) : 0;
    // A wait is said when it begins: nothing else would tell why nothing comes. Connections that wait together say it once.
    const isLongWait = news.phase === 'waiting' && (news.waitMs ?? longWaitMs) >= longWaitMs;
    const beginsToWait = isLongWait && performance.now() - lastWaitMs > lineEveryMs / 2;
    if (isLongWait) lastWaitMs = performance.now();
    if (!beginsToWait && performance.now() - lastLineMs < lineEveryMs && step <= lastStep) return;
    lastLineMs = performance.now();
    lastStep = step;
    show.note(plainLine(name, news));
  };
}

/** Where there are several files, of several models or of a split one. */
function totalLine(total: InstallTotal | undefined, receivedBytes: number, parts: number): string[] {
  if (!total || (total.models < 2 && parts < 2)) return [];
  const { models, bytes, doneModels, doneBytes } = total;
  const count = models < 2 ? '' : `  ${doneModels} of ${models} models`;
  return [`    total${count}  ${formatBytesOf(Math.min(bytes, doneBytes + receivedBytes), bytes)}`];
}

function waitWords({ waitMs, reason = '' }: DownloadProgress): string {
  return `waiting${waitMs === undefined ? '' : ` ${formatDuration(waitMs)}`}: ${printable(reason)}`;
}

function barLine(name: string, news: DownloadProgress, show: Show): string {
  const { terminal } = show;
  const { fetch, bar } = terminal.marks;
  if (news.phase === 'waiting') return `  ${fetch} ${name}  ${waitWords(news)}`.slice(0, terminal.columns - 1);
  const { receivedBytes, totalBytes } = news;
  // 100 % is said only when the digest is right.
  const part = totalBytes ? Math.min(0.99, receivedBytes / totalBytes) : 0;
  const percent = totalBytes ? `${pad(String(Math.floor(part * 100)), 3, 'left')} %` : '     ';
  const sizes = totalBytes ? formatBytesOf(receivedBytes, totalBytes) : formatBytes(receivedBytes);
  const tail =
    news.phase === 'verifying' ? 'verifying' : [`${formatBytes(news.bytesPerSecond)}/s`, timeLeft(news)].filter(Boolean).join('   ');
  // The narrower the terminal, the less of the name: how far it is stays.
  if (terminal.columns < 32) return `${fetch} ${percent.trim()} ${name}`;
  const full = `  ${fetch} ${name}  ${percent}`;
  const rest = `  ${sizes}   ${tail}`;
  const room = terminal.columns - 1 - full.length - 2;
  if (room < 12) return full;
  const barWidth = Math.min(34, room - rest.length);
  const drawn = (width: number): string => {
    const filled = Math.floor(part * width);
    return terminal.style('good', bar[0].repeat(filled)) + terminal.style('dim', bar[2].repeat(width - filled));
  };
  if (barWidth >= 8) return `${full}  ${drawn(barWidth)}${rest}`;
  return `${full}  ${room >= sizes.length ? sizes : drawn(room)}`;
}

function timeLeft({ receivedBytes, totalBytes, bytesPerSecond }: DownloadProgress): string {
  return totalBytes && bytesPerSecond > 0 ? formatDuration(((totalBytes - receivedBytes) / bytesPerSecond) * 1000) : '';
}

function plainLine(name: string, news: DownloadProgress): string {
  if (news.phase === 'waiting') return `fetching ${name}: ${waitWords(news)}`;
  if (news.phase === 'verifying') return `verifying ${name}`;
  const { receivedBytes, totalBytes, bytesPerSecond } = news;
  const part = totalBytes
    ? `${Math.floor((receivedBytes / totalBytes) * 100)} % (${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)})`
    : formatBytes(receivedBytes);
  return `fetching ${name}: ${part}, ${formatBytes(bytesPerSecond)}/s`;
}

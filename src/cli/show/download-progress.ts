import { formatBytes, formatBytesOf, formatDuration } from '../../base/units.ts';
import type { DownloadEvent, DownloadProgress } from '../../download/download-event.ts';
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
  const throttle = createLineThrottle();
  /** Bytes of this model's parts that are whole. */
  const wholeParts = new Map<number, number>();
  return (event) => {
    if (show.json) return show.data(event);
    if (event.type === 'installed') return;
    const news = event.event;
    const name = fileLabel(event);
    if (news.type === 'source') return noteSource(news, show);
    if (news.type === 'restarted') return noteRestart(name, news, show);
    if (news.phase === 'done') {
      wholeParts.set(event.part, news.receivedBytes);
      throttle.nextFile();
      return show.live([]);
    }
    if (show.terminal.errIsTerminal && !show.terminal.isPlain) {
      const partBytes = [...wholeParts.values()].reduce((sum, bytes) => sum + bytes, 0);
      return show.live([barLine(name, news, show), ...totalLine(total, partBytes + news.receivedBytes, event.parts)]);
    }
    if (throttle.isDue(news)) show.note(plainLine(name, news));
  };
}

/** `llama3.2`, and of a split model which part: `llama3.2 1/3`. */
function fileLabel({ model, part, parts }: Extract<InstallEvent, { type: 'file' }>): string {
  const name = printable(model);
  return parts > 1 ? `${name} ${part}/${parts}` : name;
}

function noteSource({ state, place, reason = 'failed', source }: Extract<DownloadEvent, { type: 'source' }>, show: Show): void {
  if (state === 'failed') show.note(`  from ${printable(place)}: ${printable(reason)}`);
  else if (kindOf(source).isAnnounced) show.note(`  from ${printable(place)}`);
}

function noteRestart(name: string, { compares }: Extract<DownloadEvent, { type: 'restarted' }>, show: Show): void {
  const next = compares ? 'comparing them with the source' : 'fetching them once more';
  show.note(`  ${name}: not the pinned bytes; ${next}`);
}

/** Decides where nothing can be drawn over when one more line is said. */
interface LineThrottle {
  isDue(news: DownloadProgress): boolean;
  /** The steps begin anew. */
  nextFile(): void;
}

function createLineThrottle(): LineThrottle {
  let lastLineMs = performance.now();
  let lastStep = 0;
  let lastWaitMs = Number.NEGATIVE_INFINITY;
  /** A wait is said when it begins: nothing else would tell why nothing comes. Connections that wait together say it once. */
  const beginsToWait = ({ phase, waitMs = longWaitMs }: DownloadProgress): boolean => {
    if (phase !== 'waiting' || waitMs < longWaitMs) return false;
    const isFirst = performance.now() - lastWaitMs > lineEveryMs / 2;
    lastWaitMs = performance.now();
    return isFirst;
  };
  return {
    isDue(news) {
      const step = news.totalBytes ? Math.floor((news.receivedBytes / news.totalBytes) * linesInAll) : 0;
      if (!beginsToWait(news) && performance.now() - lastLineMs < lineEveryMs && step <= lastStep) return false;
      lastLineMs = performance.now();
      lastStep = step;
      return true;
    },
    nextFile() {
      lastStep = 0;
    },
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

import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolderSync } from './make-folder-sync.ts';

/** What was decided and why, one line each, for whoever looks for a fault. Nothing at all while nobody listens. */

/** Facts of a decision. Texts may hold addresses: what is secret in them is left out. */
export type DebugFacts = Readonly<Record<string, string | number | boolean | undefined>>;

const listeners: ((line: string) => void)[] = [];

/** Where lines go from now on. */
export function listenToDebugLog(listener: (line: string) => void): void {
  listeners.push(listener);
}

/** Whether anybody listens: asked where the facts cost something to gather. */
export function isDebugLogOn(): boolean {
  return listeners.length > 0;
}

/** Tells a decision: `topic` is a word, as in `source`; facts that are undefined are left out. */
export function debugLog(topic: string, facts: DebugFacts): void {
  if (listeners.length === 0) return;
  const told = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${text(value)}`]));
  const line = [topic, ...told].join(' ');
  for (const listener of listeners) listener(line);
}

/** Longer texts are cut: a line stays a line. */
const maxTextLength = 500;

function text(value: string | number | boolean): string {
  const shown = withoutSecrets(String(value).slice(0, maxTextLength));
  return /^[\w./:@+,%~-]+$/.test(shown) ? shown : JSON.stringify(shown);
}

/** Addresses without names, passwords and queries, which may be a signature; and nothing that looks like a key. */
function withoutSecrets(value: string): string {
  return value
    .replace(/([a-z][\w+.-]{0,20}:\/\/)(?:[^\s/@]*@)?([^\s?#]*)(?:[?#]\S*)?/gi, '$1$2')
    .replace(/\b(?:hf|sk|pk|gh[a-z]|xox[a-z])[-_][\w-]{8,}/g, '…')
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 …');
}

/** At this size the file becomes `debug.log.1`, in place of the one before, and a new one is begun. */
const maxFileBytes = 1e6;

/** Also writes the lines to a file of at most 1 MB, with the time. A file that cannot be written is passed over: nothing may fail by it. */
export function keepDebugLog(path: string): void {
  listenToDebugLog((line) => {
    try {
      makeFolderSync(dirname(path));
      const found = statSync(path, { throwIfNoEntry: false });
      if (found && !found.isFile()) return; // Whoever opens a named pipe waits for its other end.
      if ((found?.size ?? 0) > maxFileBytes) renameSync(path, `${path}.1`);
      appendFileSync(path, `${new Date().toISOString()} ${process.pid} ${line}\n`, { mode: 0o600 });
    } catch {
      // The disk is full, or the folder is not ours.
    }
  });
}

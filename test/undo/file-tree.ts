import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Small trees of files, what they are, and what is done to them by chance. */

/** A folder in memory, another disk than the temporary folder, where this machine has one: thousands of small files take seconds there. */
export const memoryDisk = process.platform === 'linux' && statSync('/dev/shm').dev !== statSync(tmpdir()).dev ? '/dev/shm' : undefined;

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const folders = ['.', 'a', 'a/b', 'c', 'd'];
const names = ['one.txt', 'two.txt', 'three', 'four.md'];

/** Makes a tree: files of odd modes and times, two names of one file, links that lead nowhere and up, folders with nothing in them. */
export function makeTree(root: string, random: () => number): void {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of folders)
    for (const name of names) {
      if (random() < 0.5) continue;
      const path = join(root, folder, name);
      writeFileSync(
        path,
        `begun ${random()
          .toString(36)
          .repeat(1 + Math.floor(random() * 20))}`,
      );
      chmodSync(path, [0o644, 0o600, 0o755, 0o444][Math.floor(random() * 4)] ?? 0o644);
      utimesSync(path, 1e9 + random() * 5e8, 1e9 + random() * 5e8);
    }
  writeFileSync(join(root, 'c', 'first-name'), 'two names');
  linkSync(join(root, 'c', 'first-name'), join(root, 'second-name'));
  symlinkSync('../..', join(root, 'a', 'up'));
  symlinkSync('nowhere', join(root, 'a', 'b', 'dangling'));
  lutimesSync(join(root, 'a', 'up'), 1e9, 1e9);
}

/** What a tree is, line by line: kinds, names, contents, modes, targets of links; where `isExact` times of files and which names are one file. */
export function describeTree(root: string, { isExact = true } = {}): string {
  const lines: string[] = [];
  const seen = new Map<bigint, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(root, path)).sort()) {
      const inner = path === '' ? name : `${path}/${name}`;
      const absolute = join(root, inner);
      const stats = lstatSync(absolute, { bigint: true });
      const mode = (stats.mode & 0o7777n).toString(8);
      if (stats.isDirectory()) {
        lines.push(`folder ${inner} ${mode}`);
        visit(inner);
      } else if (stats.isSymbolicLink()) lines.push(`link ${inner} ${readlinkSync(absolute)}`);
      else {
        const content = createHash('sha256').update(readFileSync(absolute)).digest('hex').slice(0, 12);
        const same = seen.get(stats.ino);
        seen.set(stats.ino, same ?? inner);
        lines.push(`file ${inner} ${mode} ${content} ${isExact ? `${stats.mtimeNs} ${same ?? ''}` : ''}`);
      }
    }
  };
  visit('');
  return lines.join('\n');
}

/** A call of one of the tools. */
export interface TreeCall {
  readonly name: 'write_file' | 'append_file' | 'replace_text' | 'copy_file' | 'move_file' | 'make_folder' | 'delete_file';
  readonly arguments: Readonly<Record<string, string>>;
}

/** A call by chance on places that are often there. */
export function randomCall(random: () => number): TreeCall {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const inFolder = (name: string): string => {
    const folder = pick([...folders, 'new']);
    return folder === '.' ? name : `${folder}/${name}`;
  };
  const file = (): string => inFolder(pick([...names, ...names, 'first-name', 'fresh.txt']));
  const anything = (): string => (random() < 0.25 ? pick(['a', 'a/b', 'c', 'd', 'second-name']) : file());
  const dice = random();
  if (dice < 0.2) return { name: 'write_file', arguments: { path: file(), content: `written ${random().toString(36)}` } };
  if (dice < 0.3) return { name: 'append_file', arguments: { path: file(), content: `added ${random().toString(36)}` } };
  if (dice < 0.4)
    return { name: 'replace_text', arguments: { path: file(), old: pick(['begun', 'begun', 'written', 'two names']), new: 'replaced' } };
  if (dice < 0.55) return { name: 'copy_file', arguments: { from: anything(), to: file() } };
  if (dice < 0.75) return { name: 'move_file', arguments: { from: anything(), to: file() } };
  if (dice < 0.82) return { name: 'make_folder', arguments: { path: pick(['new', 'new/er/est', 'a/b/new', 'd/x/y']) } };
  return { name: 'delete_file', arguments: { path: anything() } };
}

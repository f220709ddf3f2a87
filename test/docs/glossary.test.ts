import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

/** The glossary of ARCHITECTURE.md against the identifiers and file names of src. */

const root = join(import.meta.dirname, '..', '..');
const source = join(root, 'src');

/** Folders of src whose words are still to be changed. It only ever gets shorter. */
const notYet: readonly string[] = [];

const glossary = /## Glossary\n([\s\S]*?)(?=\n## |$)/.exec(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))?.[1] ?? '';
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
const rows = [...glossary.matchAll(/^\| ([^|]+) \| ([^|]+) \| (`[^|]+`) \|$/gm)];
const banned = rows.flatMap(([, , , words = '']) => quoted(words));
const kept = quoted(/^Kept, .*$/m.exec(glossary)?.[0] ?? '');

/** The words of a name: `fetchByLanes` -> fetch, by, lanes. */
function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
}

function isBanned(name: string): boolean {
  if (kept.includes(name)) return false;
  return banned.some((word) => {
    if (word.endsWith('…')) return new RegExp(`^${word.slice(0, -1)}[A-Z]`).test(name);
    return /[A-Z]/.test(word) ? name === word : wordsOf(name).includes(word);
  });
}

/** Identifiers of a text: what is left without comments, texts in quotes and patterns of text. */
function identifiersIn(text: string): ReadonlySet<string> {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '')
    .replace(/(^|[^:])\/\/[^\n]*/g, '$1')
    .replace(/`(?:[^`\\]|\\.)*`/g, (template) => [...template.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(' '));
  return new Set(code.match(/[A-Za-z_$][\w$]*/g));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.ts$/.test(path) && !path.startsWith('node_modules/'));

test('the glossary has terms, and each says what must not come back', () => {
  expect(rows.length).toBeGreaterThan(10);
  expect(banned).toContain('lane');
  expect(kept).toContain('mostWords');
  expect(['laneBytes', 'RawLane', 'mostBytes', 'Nobody', 'FirstPin'].map(isBanned)).toEqual(Array(5).fill(true));
  expect(['plane', 'almost', 'mostWords', 'leased', 'most', 'firstPinned'].map(isBanned)).toEqual(Array(6).fill(false));
  const filled = '$' + '{b}';
  expect([...identifiersIn(`const a = 'lane'; // lane\n/* lane */ f(\`lane ${filled} lane\`);`)]).toEqual(['const', 'a', 'f', 'b']);
});

test('no identifier and no file name of src has a word that was left behind', () => {
  expect(files.length).toBeGreaterThan(200);
  const done = files.filter((path) => !notYet.some((folder) => path.startsWith(`${folder}/`)));
  const found = done.flatMap((path) => {
    const names = [...identifiersIn(readFileSync(join(source, path), 'utf8')), basename(path, '.ts')];
    return names.filter(isBanned).map((name) => `${path}: ${name}`);
  });
  expect(found).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What an editor tells of everything a program can reach from `import 'luci'`, read from the emitted types. */

const root = join(import.meta.dirname, '..', '..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci docs '));
  execFileSync(process.execPath, [join(root, 'scripts', 'types.mjs'), folder]);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Declaration {
  readonly name: string;
  readonly file: string;
  readonly lines: readonly string[];
  readonly hasDoc: boolean;
}

test('every declaration that can be reached, and every method of one, has a docstring', () => {
  const texts = textsFrom(join(folder, 'index.d.ts'));
  const declared = [...texts].flatMap(([file, text]) => declarationsIn(file, text));
  const byName = new Map<string, readonly Declaration[]>();
  for (const declaration of declared) byName.set(declaration.name, [...(byName.get(declaration.name) ?? []), declaration]);
  const index = texts.get(join(folder, 'index.d.ts')) ?? '';
  const waiting = [...index.matchAll(/\{([^}]*)\} from/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
  expect(waiting.length).toBeGreaterThan(50);
  const reached = new Set<Declaration>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const declaration of byName.get(name) ?? []) {
      if (reached.has(declaration)) continue;
      reached.add(declaration);
      waiting.push(...new Set(declaration.lines.join('\n').match(/\b[A-Z]\w+/g) ?? []));
    }
  expect(reached.size).toBeGreaterThan(100);
  const bare = [...reached].flatMap((declaration) =>
    bareOf(declaration).map((name) => `${declaration.file.slice(folder.length + 1)}: ${name}`),
  );
  expect(bare).toEqual([]);
});

/** The files of types that one leads to, by path. */
function textsFrom(index: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const waiting = [index];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = readFileSync(path, 'utf8');
    texts.set(path, text);
    for (const [, named = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g))
      waiting.push(resolve(dirname(path), named.replace(/\.(ts|js)$/, '.d.ts')));
  }
  return texts;
}

function declarationsIn(file: string, text: string): readonly Declaration[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = /^export (?:declare )?(?:interface|class|type|function|const) (\w+)/.exec(line)?.[1];
    if (name === undefined) return [];
    const length = lines.slice(index + 1).findIndex((next) => /^(export|\/\*\*|import|\})/.test(next));
    return [{ name, file, lines: lines.slice(index, length < 0 ? undefined : index + 1 + length), hasDoc: endsDoc(lines[index - 1]) }];
  });
}

/** What of a declaration has no docstring: itself, or methods. Plain values are told by their names. */
function bareOf({ name, lines, hasDoc }: Declaration): readonly string[] {
  const methods = lines.flatMap((line, index) => {
    const [, member, kind = '', rest = ''] = /^ {4}(?:readonly |static )*([\w[][\w.\]]*)\??(\(|<|:)(.*)$/.exec(line) ?? [];
    if (member === undefined || member === 'constructor') return [];
    const isMethod = kind !== ':' || /^ ?\(.*=>/.test(rest);
    return isMethod && !endsDoc(lines[index - 1]) ? [`${name}.${member}`] : [];
  });
  return [...(hasDoc ? [] : [name]), ...methods];
}

function endsDoc(line: string | undefined): boolean {
  return line !== undefined && /\*\/\s*$/.test(line);
}

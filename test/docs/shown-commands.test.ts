import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/command-table.ts';

/** Every command line that the documents show is one: it parses by the command table of now. */

const root = join(import.meta.dirname, '..', '..');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md') && path !== 'docs/commands.md');

/** Lines of code that begin with the program, and what words in backticks name: a command, perhaps without what it needs. */
function shownIn(text: string): { readonly line: string; readonly isWhole: boolean }[] {
  const fenced = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block = '']) => block.replace(/^/gm, '    ')).join('\n');
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const lines = [...`${fenced}\n${prose}`.matchAll(/^ {4,}(?:\$ )?(?:\.\/)?luci (.*)$/gm)].map(([, line = '']) => ({
    line,
    isWhole: true,
  }));
  const inline = [...prose.matchAll(/`(?:\.\/)?luci ([^`]+)`/g)].map(([, line = '']) => ({
    line: line.replaceAll('\\|', '|'),
    isWhole: false,
  }));
  return [...lines, ...inline];
}

/** Words a reader puts something else for. */
const stands: Readonly<Record<string, string>> = {
  N: '4096',
  M: '5',
  K: '3',
  MB: '900',
  TIME: '30s',
  URL: 'http://127.0.0.1:9/v1',
  NAME: 'mine',
  '|': '',
};

function wordsOf(line: string): string[] {
  // What a line says after a command, in a column of its own, behind a mark, or in another program's words.
  const command = line.split(/ {2,}| # | [|>&] | \\$| …$|…$/)[0] ?? '';
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    .map((word) => stands[word] ?? word.replace(/^(\w+)(\|\w+)+$/, '$1'));
}

const shown = documents.flatMap((path) =>
  shownIn(readFileSync(join(root, path), 'utf8')).map(({ line, isWhole }) => [path, line, isWhole] as const),
);

test('there is something to look at in the README and in most documents', () => {
  expect(shown.filter(([path]) => path === 'README.md').length).toBeGreaterThan(20);
  expect(new Set(shown.map(([path]) => path)).size).toBeGreaterThan(10);
});

test.each(shown)('%s shows a command that is one: luci %s', (_, line, isWhole) => {
  const words = wordsOf(line).filter((word) => !/^(<command>|\.\.\.|…)$/.test(word));
  const fault = faultOf(words);
  expect(isWhole || !/ needs /.test(fault ?? '') ? fault : undefined).toBeUndefined();
});

function faultOf(words: readonly string[]): string | undefined {
  try {
    parseArguments(words, commands);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test('a command that is none would be found', () => {
  expect(faultOf(wordsOf('ask --no-such-flag hi'))).toContain('no-such-flag');
  expect(wordsOf('test llama3.2 --repeats 3     one model, three variants')).toEqual(['test', 'llama3.2', '--repeats', '3']);
});

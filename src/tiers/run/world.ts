import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTool } from '../../agent/run-tool.ts';
import type { Tool } from '../../agent/tool.ts';
import { builtInTools } from '../../agent/tools/built-in-tools.ts';
import { openWorkspace } from '../../agent/workspace/workspace.ts';
import { makeTemporaryFolder } from '../../base/make-folder.ts';
import { gradedTools } from '../asking.ts';
import type { Files, Instance, ScriptedTurn } from '../case.ts';
import type { Answered } from '../grade/grading.ts';
import { callFunction } from '../sandbox/javascript.ts';

/** The made-up machine of a case: a folder of its own with real files, the product's real tools on it (those that are graded), facts that are made up. */
export interface World extends AsyncDisposable {
  readonly tools: readonly Tool[];
  /** The files as they are now. */
  snapshot(): Promise<Files>;
  /** Carries out the calls of a scripted turn. */
  play(turn: ScriptedTurn): Promise<Answered>;
}

/** Makes the folder with its files; it is deleted when the world is disposed of. */
export async function openWorld({ files, facts = {}, canRunTests = false }: NonNullable<Instance['world']>): Promise<World> {
  const base = await makeTemporaryFolder('luci-test-');
  const root = join(base, 'files');
  await mkdir(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const workspace = await openWorkspace(root, join(base, 'journal'), { isDurable: false });
  const builtIn = builtInTools(workspace, async () => facts);
  const tools = [...gradedTools(builtIn), ...(canRunTests ? [testTool(() => filesIn(root))] : [])];
  // A folder that was made is a thing that was left, like a file; it stands there as `name/`.
  const known = Object.keys(files).flatMap((path) => path.split('/').map((_, index, names) => names.slice(0, index).join('/')));
  const snapshot = async (): Promise<Files> => ({ ...(await emptyFoldersIn(root, known)), ...(await filesIn(root)) });
  return {
    tools,
    snapshot,
    async play({ text, calls = [] }) {
      const results: NonNullable<Answered['calls']>[number][] = [];
      for (const [index, { name, args }] of calls.entries()) {
        const call = { id: `call-${index + 1}`, name, arguments: args };
        const { isError, content, facts: known } = await runTool(tools, call, { confirm: async () => true });
        results.push({ name, args, isError, content, facts: known });
      }
      return { text, calls: results, files: await snapshot() };
    },
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

async function filesIn(folder: string): Promise<Files> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.path, entry.name);
    if (entry.isFile()) found[path.slice(folder.length + 1).replaceAll('\\', '/')] = await readFile(path, 'utf8');
  }
  return found;
}

async function emptyFoldersIn(folder: string, known: readonly string[]): Promise<Files> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const pathOf = (entry: (typeof entries)[number]): string =>
    join(entry.path, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/');
  const paths = entries.map(pathOf);
  const empty = entries
    .filter((entry) => entry.isDirectory())
    .map(pathOf)
    .filter((path) => !known.includes(path) && !paths.some((other) => other.startsWith(`${path}/`)));
  return Object.fromEntries(empty.map((path) => [`${path}/`, '']));
}

/** Runs the visible tests of a project: `module.exports = [[arguments, expected], ...]` beside the code. */
function testTool(read: () => Promise<Files>): Tool {
  return {
    name: 'run_tests',
    description: 'Run the tests of this folder',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
    async run() {
      const files = await read();
      const [testFile = ''] = Object.keys(files).filter((path) => path.endsWith('.test.js'));
      const source = files[testFile.replace('.test.js', '.js')] ?? '';
      const name = /\bfunction\s+(\w+)/.exec(source)?.[1] ?? /\b(?:const|let|var)\s+(\w+)\s*=/.exec(source)?.[1] ?? '';
      const tests = JSON.parse(/module\.exports\s*=\s*(.*);/.exec(files[testFile] ?? '')?.[1] ?? '[]') as [unknown[], unknown][];
      const result = await callFunction(
        source,
        name,
        tests.map(([args]) => args),
      );
      if ('failed' in result) return `the tests do not run: ${result.failed}`;
      const wrong = tests.flatMap(([args, want], index) =>
        JSON.stringify(result.done[index]) === JSON.stringify(want)
          ? []
          : [
              `${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')}) gave ${JSON.stringify(result.done[index])}, expected ${JSON.stringify(want)}`,
            ],
      );
      return wrong.length === 0 ? `all ${tests.length} tests pass` : `${wrong.length} of ${tests.length} tests fail:\n${wrong.join('\n')}`;
    },
  };
}

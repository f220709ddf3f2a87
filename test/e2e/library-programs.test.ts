import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Programs that use the built library: as plain JavaScript on this Node, bundled, and as TypeScript of every usual kind. */

const clone = join(import.meta.dirname, '..', '..');
let home: Home;
/** A package with luci among its dependencies. */
let folder: string;

beforeAll(async () => {
  home = await makeHome();
  const bytes = tinyGguf();
  const file = 'SmolLM2-135M-Instruct.Q4_1.gguf';
  const pinned = { repo: 'o/r', file, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const entry = { name: 'smollm2-135m', parametersB: 0.1, tier: 0, license: 'MIT', quantization: 'Q4_1', ...pinned };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([entry]));
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', file), bytes);
  folder = await mkdtemp(join(tmpdir(), 'luci program '));
  await mkdir(join(folder, 'node_modules', '@types'), { recursive: true });
  await symlink(clone, join(folder, 'node_modules', 'luci'));
  await symlink(join(clone, 'node_modules', 'ai'), join(folder, 'node_modules', 'ai'));
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Null for one that did not end by itself. */
  readonly exitCode: number | null;
}

/** Runs a program of the package; one that does not end is ended after a minute. */
async function run(name: string, text?: string, homeFolder = home.folder): Promise<Ended> {
  if (text !== undefined) await writeFile(join(folder, name), text);
  const env = { ...process.env, LUCI_HOME: homeFolder, LUCI_OFFLINE: '1', LUCI_KEEP_ALIVE: '20' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [name], { cwd: folder, env, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    );
  });
}

const begin = "import { LlamafileAgent, createLuci } from 'luci';\nconst agent = new LlamafileAgent('smollm2-135m');\n";
const short = '{ maxTokens: 8, sampling: { temperature: 0 } }';

test.each([
  ['one question', `console.log(await agent.query('hi', ${short}));`, `${tinyReply}\n`],
  ['none', "console.log('none');", 'none\n'],
  [
    'several at once',
    `const all = [1, 2, 3].map(() => agent.query('hi', ${short}));\nfor (const text of await Promise.all(all)) console.log(text);`,
    `${tinyReply}\n`.repeat(3),
  ],
  [
    'one after a pause, with the model open',
    `await agent.query('hi', ${short});\nawait new Promise((done) => setTimeout(done, 50));\nconsole.log(await agent.query('hi', ${short}));`,
    `${tinyReply}\n`,
  ],
  ['one whose loop is left', "for await (const event of agent.stream('hi')) { console.log(event.type); break; }", 'text\n'],
  [
    'one that is stopped',
    "const stop = new AbortController();\nconst asked = agent.query('hi', { signal: stop.signal });\nstop.abort();\nawait asked.catch(({ code }) => console.log(code));",
    'CANCELLED\n',
  ],
  ['a session that nobody closes', "console.log((await createLuci().open('smollm2-135m')).facts.kind);", 'embedded\n'],
])('a program that closes nothing ends by itself: %s', async (_, text, stdout) => {
  expect(await run('program.mjs', begin + text)).toEqual({ stdout, stderr: '', exitCode: 0 });
});

/** The blocks of code of a page, each with its indent taken away. */
async function examplesOf(page: string): Promise<string[]> {
  const blocks = (await readFile(join(clone, page), 'utf8')).match(/(?:^ {4}.*\n(?:\n(?= {4}))?)+/gm) ?? [];
  return blocks
    .map((block) => block.replace(/^ {4}/gm, ''))
    .filter((block) => /'luci(\/ai)?'|luci\.|agent/.test(block) && !/^luci /m.test(block));
}

test.each(['README.md', 'docs/library.md'])('the first example of %s runs as it stands, as a plain .mjs file', async (page) => {
  const [first = ''] = await examplesOf(page);
  expect(first).toContain('agent.close()');
  const { stdout, stderr, exitCode } = await run('example.mjs', first);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain(tinyReply);
});

test('the example of the catalogue gives what its comments say', async () => {
  const example = (await examplesOf('docs/library.md')).find((block) => block.includes('loadCatalog()')) ?? '';
  const asked = example.replace(/^((?:requireModel|listByTier).*);\s*\/\/ (.*)$/gm, 'console.log(($1) === $2, $1);');
  expect(asked).not.toBe(example);
  expect(await run('catalog.mjs', asked)).toMatchObject({ stdout: expect.stringMatching(/^(true .*\n)+$/), stderr: '', exitCode: 0 });
});

test('the example of the AI SDK runs as it stands, and ends by itself', async () => {
  const example = (await examplesOf('docs/library.md')).find((block) => block.includes("'luci/ai'")) ?? '';
  const { stdout, stderr, exitCode } = await run('ai-sdk.mjs', example);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(new RegExp(`^${tinyReply} \\d+\\n$`));
});

test('an error of luci/ai is one of luci', async () => {
  const text =
    "import { isLuciError } from 'luci';\nimport { luci } from 'luci/ai';\nconst asked = luci('llama3.2').doGenerate({ prompt: [] });\nawait asked.catch((error) => console.log(isLuciError(error, 'MODEL_NOT_INSTALLED')));";
  expect(await run('same-errors.mjs', text)).toEqual({ stdout: 'true\n', stderr: '', exitCode: 0 });
});

test('require() loads it', async () => {
  const { stdout, exitCode } = await run(
    'program.cjs',
    "console.log(typeof require('luci').LlamafileAgent, typeof require('luci/ai').luci);",
  );
  expect({ stdout, exitCode }).toEqual({ stdout: 'function function\n', exitCode: 0 });
});

const { buildSync } = createRequire(join(clone, 'src', 'package.json'))('esbuild') as {
  buildSync(options: Record<string, unknown>): { readonly warnings: readonly unknown[] };
};
const asks = [
  ['the catalogue', 'createLuci().catalog()'],
  ['the engine', "createLuci().open('./model.gguf')"],
  ['an agent', "new LlamafileAgent('smollm2-135m').query('hi')"],
] as const;

test.each((['esm', 'cjs'] as const).flatMap((format) => asks.map(([what, call]) => [format, what, call] as const)))(
  'bundled as %s, %s says to keep luci external',
  async (format, _, call) => {
    await writeFile(join(folder, 'model.gguf'), tinyGguf());
    const said = '({ name, code, message, hint }) => console.log(name, code, message, hint)';
    await writeFile(join(folder, 'app.mjs'), `import { LlamafileAgent, createLuci } from 'luci';\n${call}.catch(${said});`);
    const outfile = join(folder, 'bundle', format === 'esm' ? 'app.mjs' : 'app.cjs');
    const options = { entryPoints: [join(folder, 'app.mjs')], bundle: true, platform: 'node', format, outfile, logLevel: 'silent' };
    buildSync(options);
    // In a home of its own: an engine process that another luci has started would answer it.
    const bundled = await run(outfile, undefined, join(folder, 'empty'));
    expect(bundled).toMatchObject({ stderr: '', exitCode: 0, stdout: expect.stringContaining('LuciError FAILED luci was bundled') });
    expect(bundled.stdout).toContain('--external:luci');
    // As it says, it works.
    buildSync({ ...options, external: ['luci'] });
    expect((await run(outfile)).stdout).not.toContain('bundled');
  },
);

test('the types compile in every usual kind of program, strictly and with nothing but the types of Node', async () => {
  const luci = join(folder, 'typed', 'node_modules', 'luci');
  await mkdir(luci, { recursive: true });
  execFileSync(process.execPath, [join(clone, 'scripts', 'types.mjs'), join(luci, 'dist', 'types')]);
  await cp(join(clone, 'package.json'), join(luci, 'package.json'));
  for (const name of ['@types/node', 'undici-types'])
    await cp(join(clone, 'node_modules', name), join(folder, 'typed', 'node_modules', name), { recursive: true });
  const root = join(folder, 'typed');
  const body =
    'export const ask = async (luci: Luci): Promise<string> => (await luci.list())[0]?.name ?? new LlamafileAgent().query("x");\n';
  const wrong = '// @ts-expect-error: the types are there, and say what is wrong\nnew LlamafileAgent({ modelName: 1 });\n';
  const called = 'export const id: string = createLuciProvider()("x").modelId;\n';
  const esm = `import { LlamafileAgent, type Luci } from 'luci';\nimport { createLuciProvider } from 'luci/ai';\n${body}${called}${wrong}`;
  const cjs = `import luci = require('luci');\nimport LlamafileAgent = luci.LlamafileAgent;\nimport ai = require('luci/ai');\nimport createLuciProvider = ai.createLuciProvider;\ntype Luci = luci.Luci;\n${body}${called}${wrong}`;
  await writeFile(join(root, 'esm.mts'), esm);
  await writeFile(join(root, 'cjs.cts'), cjs);
  await writeFile(join(root, 'bundled.ts'), esm);
  const kinds = [
    { module: 'node16', files: ['esm.mts', 'cjs.cts'] },
    { module: 'nodenext', files: ['esm.mts', 'cjs.cts'] },
    { module: 'esnext', moduleResolution: 'bundler', files: ['bundled.ts'] },
  ];
  for (const { files, ...module } of kinds)
    for (const types of [[], ['node']]) {
      const strict = { strict: true, skipLibCheck: false, noEmit: true, target: 'es2022', lib: ['es2022'], types };
      await writeFile(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...module }, files }));
      const told = await new Promise<string>((resolve) => {
        execFile(process.execPath, [join(clone, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root], (_, stdout) => resolve(stdout));
      });
      expect(told, JSON.stringify({ ...module, types })).toBe('');
    }
}, 120_000);

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome } from './luci-process.ts';

const bytes = tinyGguf();
let hub: Hub;
let home: Home;
beforeEach(async () => {
  hub = await startHub();
  home = await makeHome();
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

/** A catalogue entry of one's own whose file the hub of the test has. */
async function catalogue(name: string): Promise<void> {
  const at = { repo: 'owner/small-GGUF', commit: 'a'.repeat(40), path: 'small-Q4_K_M.gguf' };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = { parametersB: 0.1, tier: 0, license: 'mit', quantization: 'Q4_K_M', sizeBytes: bytes.length, sha256 };
  await writeFile(
    join(home.folder, 'catalog.json'),
    JSON.stringify([{ name, ...facts, repo: at.repo, revision: at.commit, file: at.path }]),
  );
  hub.add({ ...at, bytes });
}
async function installed(name: string): Promise<void> {
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', `${name}.gguf`), bytes);
}
const environment = (): Record<string, string> => ({ HF_ENDPOINT: hub.endpoint });

test.each([[['run', 'small-one', 'hi']], [['small-one', 'hi']]])(
  'luci %j fetches a model that is not there and prints the answer alone; the second time nothing is fetched',
  async (words) => {
    await catalogue('small-one');
    const ran = await home.luci(words, { environment: environment() });
    expect(ran).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
    expect(ran.stderr).toContain('verified');
    expect(await home.luci([...words, '--offline'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  },
);

test.each(['ollama://tiny', 'ollama://library/tiny:latest', 'https://ollama.com/library/tiny', 'tiny:latest'])(
  'wherever a model is named, what other programs write around a name is understood: %s',
  async (name) => {
    await installed('tiny');
    for (const words of [
      ['show', name],
      ['ask', '-m', name, '--max-tokens', '2', 'hi'],
      [name, '--max-tokens', '2', 'hi'],
      ['verify', name],
      ['rm', '-y', name],
    ])
      expect(await home.luci([...words, '--offline']), words.join(' ')).toMatchObject({ exitCode: 0 });
  },
);

test('luci run without a question takes the one that is piped in, and --json prints one value', async () => {
  await installed('tiny');
  const { stdout } = await home.luci(['run', 'tiny', '--json', '--max-tokens', '2'], { stdin: 'hi' });
  expect(JSON.parse(stdout)).toMatchObject({ model: 'tiny', reason: 'length' });
});

test('a wrong flag behind the name of a model is what is told, not the name', async () => {
  await installed('tiny');
  for (const words of [
    ['tiny', '--wrong-flag'],
    ['tiny', 'hi', '--max-tokens', 'many'],
  ]) {
    const ran = await home.luci(words);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(words.find((word) => word.startsWith('--')));
    expect(ran.stderr).not.toContain('no command');
  }
  expect((await home.luci(['neither', '--wrong-flag'])).stderr).toContain('luci has no command "neither"');
});

test('a model that is called as a command never hides it, and a word that is neither is told as before', async () => {
  await installed('version');
  expect((await home.luci(['version'])).stdout).toMatch(/^luci \d/);
  const ran = await home.luci(['lits']);
  expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ran.stderr).toContain('luci has no command "lits". Did you mean list?');
});

test('help and version answer as words and as flags', async () => {
  const [byWord, byFlag] = await Promise.all([home.luci(['help', 'llm', 'default']), home.luci(['llm', 'default', '--help'])]);
  expect(byWord).toEqual(byFlag);
  expect((await home.luci(['help'])).stdout).toContain('Usage: luci <command>');
  expect((await home.luci(['help', 'nope'])).exitCode).toBe(2);
  const versions = await Promise.all(['-v', '-V', '--version', 'version'].map((word) => home.luci([word])));
  expect(new Set(versions.map(({ stdout }) => stdout)).size).toBe(1);
});

test('a text given as --stop ends the answer of the embedded engine before it', async () => {
  await installed('tiny');
  const end = tinyReply.slice(-3);
  const ran = await home.luci(['ask', '-m', 'tiny', 'hi', '--stop', end, '--top-k', '1', '--temperature', '2', '--top-p', '0.5']);
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stdout.trim()).toBe(tinyReply.slice(0, tinyReply.indexOf(end)).trim());
});

test('the list of all commands has one word for each list of models; the second word for them still works', async () => {
  const { stdout } = await home.luci(['--help']);
  for (const word of ['list', 'search', 'show', 'llm']) expect(stdout).toMatch(new RegExp(`^  ${word} `, 'm'));
  expect(stdout).not.toMatch(/^ {2}models /m);
  expect((await home.luci(['help'])).stdout).toBe(stdout);
  expect((await home.luci(['models', '-q'])).stdout).toBe((await home.luci(['llm', 'list', 'all', '-q'])).stdout);
});

test('the help of each list says what the others are for', async () => {
  for (const [command, others] of [
    ['list', ['luci search', 'luci llm list all']],
    ['search', ['luci list', 'luci llm list all']],
    ['llm', ['luci list', 'luci search']],
    ['models', ['luci list', 'luci search', 'luci show', 'luci llm list all']],
  ] as const) {
    const { stdout } = await home.luci([command, '--help']);
    for (const other of others) expect(stdout.replace(/\s+/g, ' '), command).toContain(other);
  }
});

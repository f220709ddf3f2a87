import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataPath } from '../../src/base/parts.ts';
import { questionsOf } from '../../src/tiers/certificate.ts';
import { newSigningKey, signed } from '../../src/tiers/signing-key.ts';
import { wilsonInterval } from '../../src/tiers/statistics.ts';
import { ladder } from '../../src/tiers/suite.ts';
import { tinyGgufSpec } from '../fixtures/gguf/tiny-gguf.ts';
import { type GgufSpec, writeGguf } from '../fixtures/gguf/write-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, program } from './luci-process.ts';

/** Clears the screen, sets title and clipboard, goes up, turns round, hides, overwrites; split by the fixture at its blanks. */
const hostile = 'one\x1b[2J\x1b]0;own ed\x07 \x1b]52;c;ZWNo bw==\x1b\\two\x9b1A \u202ethree\u200b\rfour';

let home: Home;
let server: OpenAiServer;
beforeEach(async () => {
  home = await makeHome();
  server = await startOpenAiServer();
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'BOX_KEY']);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

const linux = test.skipIf(process.platform !== 'linux');

/** What a command writes to a real terminal, byte for byte, and what it writes without the sequences that are luci's own. */
async function onTerminal(
  args: readonly string[],
  { columns = 80, stdin = '', environment = {} }: { columns?: number; stdin?: string; environment?: Record<string, string> } = {},
): Promise<string> {
  const { spawn } = await import('node:child_process');
  const command = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50 -echo; ${command}`, '/dev/null'], {
    env: {
      ...process.env,
      LUCI_HOME: home.folder,
      BOX_KEY: server.key,
      ...environment,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
    },
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  child.stdin.end(stdin);
  await new Promise((resolve) => child.on('close', resolve));
  // The live line is taken away, and the terminal itself ends lines with both characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: luci writes them.
  return written.replaceAll('\r\n', '\n').replaceAll(/\r\x1b\[\d+A\x1b\[0J/g, '');
}

/** Everything a terminal obeys but line ends and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const obeyed = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029]/;

linux('an answer moves, sets and hides nothing on a terminal', async () => {
  const written = await onTerminal(['ask', '-q', '-m', 'box/echo', hostile]);
  expect(written).not.toMatch(obeyed);
  expect(written.replaceAll(/\s+/g, ' ')).toContain('one two three four');
});

test('on a pipe an answer is byte for byte what the model said', async () => {
  const ran = await home.luci(['ask', '-m', 'box/echo', hostile], { environment: { BOX_KEY: server.key } });
  expect(ran).toEqual({ exitCode: 0, stdout: `${hostile}\n`, stderr: '' });
});

linux.each([30, 47, 100])('at %i columns an answer breaks at words', async (columns) => {
  const words = 'They found the dog in an animal shelter on the other side of the town where somebody had brought it.';
  const lines = (await onTerminal(['ask', '-q', '-m', 'box/echo', words], { columns })).trimEnd().split('\n');
  expect(lines.join(' ')).toBe(words);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

/** The tiny model with a name of its own in its header. */
function namedSpec(name: string): GgufSpec {
  const { keys, tensors } = tinyGgufSpec();
  return { tensors, keys: keys.map(([key, value]) => [key, key === 'general.name' ? { type: 'string', value: name } : value]) };
}

linux('the name of a model, and the one in its header, are shown and not obeyed', async () => {
  await mkdir(join(home.folder, 'models'), { recursive: true });
  await writeFile(join(home.folder, 'models', `x\x1b[2J\u202ename\nsecond.gguf`), writeGguf(namedSpec(hostile)));
  for (const args of [
    ['list'],
    ['list', '--json'],
    ['list', '-q'],
    ['verify'],
    ['show', `x\x1b[2J\u202ename\nsecond`],
    ['ps'],
    ['remove', '-y', 'nothing\x1b[2J'],
  ])
    expect(await onTerminal(args), args.join(' ')).not.toMatch(obeyed);
  expect(await onTerminal(['show', join(home.folder, 'models', `x\x1b[2J\u202ename\nsecond.gguf`)])).toMatch(/says it is +one two.*four/);
  // One file is one row, whatever its name holds.
  expect((await home.luci(['list', '-q'])).stdout.trimEnd().split('\n')).toHaveLength(1);
});

linux('an error of a remote endpoint, and a name somebody typed, are shown and not obeyed', async () => {
  const broken = createServer((_, response) => void response.writeHead(500).end(JSON.stringify({ error: { message: hostile } })));
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  await home.luci(['remote', 'add', 'bad', `http://127.0.0.1:${(broken.address() as AddressInfo).port}/v1`]);
  for (const args of [
    ['ask', '-m', 'bad/m', 'hi'],
    ['ask', '-m', 'bad/m', 'hi', '--json'],
    ['list', '--remote'],
    ['show', hostile],
    [hostile],
    ['install', '-y', hostile],
  ])
    expect(await onTerminal(args), args.join(' ')).not.toMatch(obeyed);
  broken.close();
});

linux('fields of a suite are shown and not obeyed', async () => {
  const path = join(home.folder, 'suite.json');
  const example = JSON.parse(await readFile(dataPath('suites', 'example.json'), 'utf8')) as { cases: Record<string, unknown>[] };
  const [first] = example.cases;
  const suite = {
    ...example,
    suite: `own${hostile}`,
    version: `1${hostile}`,
    cases: [{ ...first, id: `c${hostile}`, title: hostile, ability: hostile }],
  };
  await writeFile(path, JSON.stringify(suite));
  for (const args of [
    ['test', 'lint', path],
    ['test', 'box/echo', '--suite', path],
    ['test', 'show', 'box/echo'],
    ['test', 'verify', path],
  ])
    expect(await onTerminal(args), args.join(' ')).not.toMatch(obeyed);
});

linux(
  'names of repositories, folders and files of a hub are shown and not obeyed while they are planned, fetched, kept and verified',
  async () => {
    await using hub = await startHub();
    const environment = { HF_ENDPOINT: hub.endpoint };
    const bytes = writeGguf(namedSpec(hostile));
    const path = `f\x1b]0;own\x07\u202e/x\x1b[2J\u200by\x9b1A\r.Q4_0.gguf`;
    hub.add({ repo: 'own/er', path, bytes, faults: [{ kind: 'status', side: 'cdn', status: 429, headers: { 'Retry-After': '4' } }] });
    hub.add({ repo: 'cut/off', path, bytes, faults: [{ kind: 'cut', afterBytes: 300_000, times: 99 }] });
    hub.add({ repo: 'web/page', path, bytes, faults: [{ kind: 'page', times: 99 }] });
    for (const args of [
      ['install', '-y', 'own/er'],
      ['install', '-y', 'own/er'],
      ['install', '-y', 'own/er:Q9_9'],
      ['install', '-y', 'cut/off'],
      ['install', '-y', 'cut/off', '--verbose'],
      ['install', '-y', 'web/page'],
      ['install', '-y', `hf:own/er/${path}`],
      ['list'],
      ['list', '--partial'],
      ['show', 'own/er'],
      ['verify'],
      ['net', 'log'],
      ['doctor'],
      ['clean', '-y'],
      ['remove', '-y', 'own/er'],
    ])
      expect(await onTerminal(args, { environment }), args.join(' ')).not.toMatch(obeyed);
    expect(hub.requests.length).toBeGreaterThan(5);
  },
);

linux('fields of certificates are shown and not obeyed', async () => {
  const path = join(home.folder, 'theirs.json');
  const suite = ladder;
  const facts = {
    type: 'luci-certificate',
    version: 1,
    model: `m${hostile}`,
    modelSha256: hostile,
    quantization: hostile,
    tier: 0,
    verdict: 'pass',
    confirmed: false,
    sequential: false,
    passed: 10,
    total: 10,
    interval: wilsonInterval(10, 10),
    suite: `${suite.name} ${suite.version}`,
    suiteHash: suite.hash,
    seed: hostile,
    repeats: 1,
    engine: hostile,
    contextLength: 8192,
    toolPath: hostile,
    language: 'javascript',
    luciVersion: hostile,
    testedAt: hostile,
    machine: { system: hostile, cores: 1, memoryBytes: 1 },
    answers: Object.fromEntries(questionsOf(suite, 0, 1).map((id) => [id, 'pass'])),
  };
  const changes: object[] = [
    {},
    { suite: hostile },
    { suiteHash: hostile },
    { answers: { ...facts.answers, [hostile]: 'pass' } },
    { passed: 9 },
  ];
  let isBelieved = false;
  for (const change of changes) {
    await writeFile(path, JSON.stringify(signed({ ...facts, ...change }, newSigningKey())));
    for (const args of [
      ['test', 'verify', path],
      ['test', 'trust', path],
    ]) {
      const shown = await onTerminal(args);
      expect(shown, JSON.stringify(change)).not.toMatch(obeyed);
      isBelieved ||= shown.includes('tier 0 passed (10/10)');
    }
  }
  expect(isBelieved).toBe(true);
  await writeFile(path, JSON.stringify({ ...facts, publicKey: hostile, signature: hostile, [hostile]: 1 }));
  expect(await onTerminal(['test', 'verify', path])).not.toMatch(obeyed);
});

linux('what somebody wrote into the log of a run is shown and not obeyed', async () => {
  const environment = { BOX_KEY: server.key };
  await home.luci(['test', 'box/echo', '--suite', dataPath('suites', 'example.json')], { environment });
  const folder = join(home.folder, 'logs');
  const [log = ''] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
  const told = await readFile(join(folder, log), 'utf8');
  // Every text of the log that is no kind, verdict or digest.
  const evil = told.replaceAll(
    /"(reason|evidence|answer|engine|question|prompt|text|ability|system|quantization|toolPath)":"[^"]*"/g,
    (_, key) => `"${key}":${JSON.stringify(hostile)}`,
  );
  expect(evil).not.toBe(told);
  const path = join(home.folder, 'evil.jsonl');
  await writeFile(path, evil);
  const suite = ['--suite', dataPath('suites', 'example.json')];
  for (const args of [
    ['test', 'show', path],
    ['test', 'show', path, ...suite],
    ['test', 'compare', path, join(folder, log), ...suite],
    ['test', 'rescore', path, ...suite],
    ['test', 'certify', path, ...suite],
    ['test', 'report', path, ...suite],
  ])
    expect(await onTerminal(args), args.join(' ')).not.toMatch(obeyed);
});

test('script is there where these tests need it', () => {
  if (process.platform === 'linux') expect(spawnSync('script', ['--version']).status).toBe(0);
});

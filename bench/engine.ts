// npm run bench:engine -- --model FILE [--model FILE] [--rounds 5 --only first,prompts,generation,busy,four,shared,memory]: the embedded engine in
// its process against llama-server and llama-bench with the same threads, in paired rounds. The builds differ; both are named above the tables.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';
import { counting, fresh, inTurn, nextNumber, rounded, textOf, two } from './engine-questions.ts';
import { type Ask, askSession, memoryOf, type Question, type Server, startLlamaServer, type Timed } from './engine-rivals.ts';
import { busyCore, generation, prompts, type SpeedSides } from './engine-speed.ts';
import { markdown } from './paired.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});
// The built library: an engine process serves its own version only, and the command measured here is the built one.
const { createLuci, defaultSettings } = (await import(pathToFileURL(join('dist', 'index.js')).href)) as typeof import('../src/index.ts');
const rounds = Number(values.rounds);
const parts = values.only?.split(',') ?? ['first', 'prompts', 'generation', 'busy', 'four', 'shared', 'memory'];
const llamaServer = spawnSync(process.execPath, [join('scripts', 'llama-server.mjs')], { encoding: 'utf8' }).stdout.trim();
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-engine-'));
const llamaBenchProgram = join(dirname(llamaServer), 'llama-bench');
const fixture = join(folder, 'tiny.gguf');
writeFileSync(fixture, tinyGguf());
const contextLength = 2048;
const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** The sides of one model: a session of luci's engine process, and llama-server with one slot and with four. */
interface Sides extends SpeedSides {
  readonly name: string;
  readonly home: string;
  four(): Promise<Server>;
}

try {
  const models = [
    ...values.model.map((model) => ({ name: basename(model, '.gguf'), model })),
    ...(values.model.length > 1 ? [] : [{ name: 'fixture, 1.4 MB', model: fixture }]),
  ];
  for (const model of models) await measure(model);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ name, model: file }: { name: string; model: string }): Promise<void> {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(join(home, 'models'));
  // Installed, so that the command is asked as everybody asks it.
  const model = join(home, 'models', basename(file));
  copyFileSync(file, model);
  await using luci = createLuci(defaultSettings({ home, offline: true, engine: 'embedded', contextLength, keepAliveSeconds: 120 }));
  const session = await luci.open(model);
  const threads = Number(/(\d+) thread/.exec(session.facts.device)?.[1]);
  const flags = ['-t', String(threads), '-c'];
  const servers: Promise<Server>[] = [];
  const startOnce = (slots: number): (() => Promise<Server>) => {
    let started: Promise<Server> | undefined;
    return () => {
      started ??= startLlamaServer(llamaServer, model, [...flags, String(contextLength * slots), '-np', String(slots)]);
      if (!servers.includes(started)) servers.push(started);
      return started;
    };
  };
  try {
    const version = /version: (.*)/.exec(spawnSync(llamaServer, ['--version'], { encoding: 'utf8' }).stderr)?.[1];
    out(`\n### ${name}\n\nluci: ${session.facts.version}, ${session.facts.device}. llama-server: ${version}.`);
    const openFresh: SpeedSides['openFresh'] = (how) => openFreshEngine(model, how);
    const common = { name, model, home, session, threads, rounds, llamaBenchProgram, openFresh };
    const sides: Sides = { ...common, one: startOnce(1), four: startOnce(4) };
    if (parts.includes('first')) await firstToken(sides);
    if (parts.includes('prompts')) await prompts(sides);
    if (parts.includes('generation')) await generation(sides);
    if (parts.includes('busy')) await busyCore(sides);
    if (parts.includes('four')) await fourAtOnce(sides);
    if (parts.includes('shared')) await fourSharing(sides);
    if (parts.includes('memory')) await memory(sides);
  } finally {
    await Promise.all(servers.map(async (server) => (await server).stop()));
    await session[Symbol.asyncDispose]();
    await luci.engine.stop();
  }
}

/** An engine process in a home of its own. */
async function openFreshEngine(
  model: string,
  { expectsSeveral = false }: { expectsSeveral?: boolean } = {},
): ReturnType<SpeedSides['openFresh']> {
  const home = mkdtempSync(join(folder, 'fresh-'));
  const luci = createLuci(defaultSettings({ home, offline: true, engine: 'embedded', contextLength, keepAliveSeconds: 120 }));
  if (expectsSeveral) luci.engine.expectSeveral();
  const session = await luci.open(model);
  return {
    session,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await luci.engine.stop();
      await luci[Symbol.asyncDispose]();
    },
  };
}

/** (a) The whole command, until the first byte of the answer comes. */
async function firstToken({ model, home, one }: Sides): Promise<void> {
  const client = join(folder, 'client.cjs');
  writeFileSync(client, rivalClient((await one()).port));
  const question = 'What is the capital of France?';
  const environment = { ...process.env, LUCI_HOME: home, LUCI_CONTEXT: String(contextLength) };
  const ask = [join('dist', 'cli.cjs'), 'ask', question, '--max-tokens', '8'];
  const { medians, ratios } = await inTurn(rounds, [
    () => firstByteMs(ask, environment),
    () => firstByteMs([...ask, '-m', model], environment),
    () => firstByteMs([client, question], environment),
    () => firstByteMs(['-e', 'process.stdout.write("x")'], environment),
  ]);
  const names = [
    '`luci ask`, its engine running',
    '`luci ask -m FILE`',
    'a fresh Node process asking a running llama-server',
    '`node -e` that prints a letter',
  ];
  out(`\nTime to the first byte of a second question (whole command; goal 1.0, floor 1.15 of llama-server):\n`);
  out(
    markdown(
      ['command', 'median', 'luci / it'],
      names.map((name, index) => [name, ms(medians[index]), two(ratios[index])]),
    ),
  );
}

function firstByteMs(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstMs: number | undefined;
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', () => {
      firstMs ??= performance.now() - startedAt;
    });
    child.on('close', (status) =>
      status === 0 && firstMs !== undefined ? resolve(firstMs) : reject(new Error(`${args[0]} ended with ${status}`)),
    );
  });
}

/** The least a program can do: one request, each piece printed as it comes. */
function rivalClient(port: number): string {
  return `const { request } = require('node:http');
const body = JSON.stringify({ messages: [{ role: 'user', content: process.argv[2] }], max_tokens: 8, temperature: 0, stream: true });
const sent = request({ host: '127.0.0.1', port: ${port}, path: '/v1/chat/completions', method: 'POST', headers: { 'Content-Type': 'application/json' } }, (response) => {
  let rest = '';
  response.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data: {')) process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '');
  });
});
sent.end(body);
`;
}

/** (e) Two, then four different questions at once: all tokens generated over the time of all. */
async function fourAtOnce({ session, four, openFresh }: Sides): Promise<void> {
  const rival = await four();
  await using separate = await openFresh({ expectsSeveral: true });
  const sides = [
    ['luci, in batches', askSession(session)],
    ['luci, contexts of their own', askSession(separate.session)],
    ['llama-server -np 4', rival.ask],
  ] as const;
  for (const count of [2, 4]) {
    const together = async (ask: Ask): Promise<number> => {
      const answers = await Promise.all(Array.from({ length: count }, () => ask(counting(96))));
      const tokens = answers.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
      return (tokens / Math.max(...answers.map(({ lastMs }) => lastMs))) * 1000;
    };
    const { medians, ratios } = await inTurn(
      rounds,
      sides.map(
        ([, ask]) =>
          () =>
            together(ask),
      ),
    );
    out(`\n${count === 2 ? 'Two' : 'Four'} different questions at once, 96 tokens each, prompts included (goal 1.0, floor 0.75):\n`);
    out(
      markdown(
        ['', 'tokens/s', 'the first / it'],
        sides.map(([name], index) => [name, rounded(medians[index]), two(ratios[index])]),
      ),
    );
  }
}

/** (f) Four questions with 500 tokens before them, alike or not: time until the last of them has its first token. */
async function fourSharing({ session, four }: Sides): Promise<void> {
  const own = askSession(session);
  const rival = await four();
  const text = await textOf(session, 500);
  let set = 0;
  const questions = (systems: readonly string[]): Question[] =>
    systems.map((system) => {
      const number = nextNumber();
      return {
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: `Question ${number}: what is it about?` },
        ],
        maxTokens: 1,
      };
    });
  const firstOfAll = async (ask: (question: Question) => Promise<Timed>, asks: readonly Question[]): Promise<number> =>
    Math.max(...(await Promise.all(asks.map(ask))).map(({ firstMs }) => firstMs));
  const unlike = (): string => {
    set += 1;
    return `${set} ${text}`;
  };
  const apart = (): Question[] => questions([unlike(), unlike(), unlike(), unlike()]);
  const alike = (): Question[] => questions(Array<string>(4).fill(unlike()));
  const warm = async (ask: (question: Question) => Promise<Timed>): Promise<number> => {
    const [first, ...more] = [...alike(), ...questions([`${set} ${text}`])];
    if (first) await ask(first);
    return firstOfAll(ask, more);
  };
  const { medians } = await inTurn(rounds, [
    () => firstOfAll(own, apart()),
    () => warm(own),
    () => firstOfAll(own, alike()),
    () => firstOfAll(rival.ask, apart()),
    () => warm(rival.ask),
    () => firstOfAll(rival.ask, alike()),
  ]);
  const names = [
    'luci, four different prefixes',
    'luci, one prefix, asked about before',
    'luci, one prefix, new',
    'llama-server -np 4, four different prefixes',
    'llama-server -np 4, one prefix, asked about before',
    'llama-server -np 4, one prefix, new',
  ];
  out(`\nFour at once with 500 tokens before each, until the last has its first token (goal 0.15, floor 0.3 of different prefixes):\n`);
  const to = (index: number): string => two((medians[index] ?? 0) / (medians[index < 3 ? 0 : 3] ?? 0));
  out(
    markdown(
      ['', 'median', 'of different ones'],
      names.map((name, index) => [name, ms(medians[index]), to(index)]),
    ),
  );
  out(
    `\nluci / llama-server: different ${two((medians[0] ?? 0) / (medians[3] ?? 0))}, asked about before ${two((medians[1] ?? 0) / (medians[4] ?? 0))}.`,
  );
}

/** (g) What the processes hold after all of it. */
async function memory({ session, home, one, four }: Sides): Promise<void> {
  await askSession(session)(fresh(8));
  const status = spawnSync(process.execPath, [join('dist', 'cli.cjs'), 'ps', '--json', '--home', home], { encoding: 'utf8' });
  const { pid } = JSON.parse(status.stdout) as { pid: number };
  const rows = [
    ['luci', memoryOf(pid)],
    ['llama-server -np 1', memoryOf((await one()).pid)],
    ['llama-server -np 4', memoryOf((await four()).pid)],
  ] as const;
  out(`\nResident memory, context ${contextLength} a request:\n`);
  out(
    markdown(
      ['', 'all', 'without pages of files'],
      rows.map(([name, { residentMB, ownMB }]) => [name, `${residentMB.toFixed(0)} MB`, `${ownMB.toFixed(0)} MB`]),
    ),
  );
}

function ms(value = Number.NaN): string {
  return `${value.toFixed(0)} ms`;
}

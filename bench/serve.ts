// npm run bench:serve -- --model FILE [--clients 1,4,8,32 --requests 4 --tokens 48 --rounds 60]: `luci serve` against llama-server -np 4 with the
// same threads and context, so many clients at once, in turn; then what the server adds to a question that the library answers by itself.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';
import { fresh } from './engine-questions.ts';
import { type Ask, askServer, askSession, memoryOf, startLlamaServer, type Timed } from './engine-rivals.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    clients: { type: 'string', default: '1,4,8,32' },
    requests: { type: 'string', default: '4' },
    tokens: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '60' },
  },
});
const { createLuci, defaultSettings } = (await import(pathToFileURL(join('dist', 'index.js')).href)) as typeof import('../src/index.ts');
const [requests, tokens, rounds] = [Number(values.requests), Number(values.tokens), Number(values.rounds)];
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-serve-'));
const contextLength = 2048;
const slots = 4;
const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** A side that is asked over HTTP. */
interface Side {
  readonly name: string;
  readonly ask: Ask;
  /** Its processes. */
  pids(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

try {
  out(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} at the start.\n`);
  if (values.model) await underLoad(values.model);
  await ownCost();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function underLoad(file: string): Promise<void> {
  const sides = [await startLuci(file), await startRival(file)];
  try {
    const rows: string[][] = [];
    // What is loaded and opened by the first requests is no part of the figures, but what that took: luci opens room for several when two come at once.
    for (const { name, ask } of sides) {
      await ask(fresh(4));
      const first = await Promise.all(Array.from({ length: slots }, () => ask(fresh(4))));
      out(
        `${name}, the first time that ${slots} come at once: first token after at most ${Math.max(...first.map(({ firstMs }) => firstMs)).toFixed(0)} ms.`,
      );
    }
    for (const clients of values.clients.split(',').map(Number))
      for (const side of sides) rows.push([String(clients), side.name, ...(await measured(side, clients))]);
    out(markdown(['clients', 'server', 'tokens/s', 'first token p50', 'p95', 'memory of its own'], rows));
  } finally {
    for (const side of sides) await side.stop();
  }
}

/** So many clients, each with one question after the other. */
async function measured({ ask, pids }: Side, clients: number): Promise<string[]> {
  const startedAt = performance.now();
  const perClient = Math.max(1, Math.ceil((requests * slots) / Math.max(clients, slots)));
  const all: Timed[] = [];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let turn = 0; turn < perClient; turn += 1) all.push(await ask(fresh(tokens)));
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const generated = all.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
  const first = all.map(({ firstMs }) => firstMs).sort((a, b) => a - b);
  const p95 = first[Math.min(first.length - 1, Math.floor(first.length * 0.95))] ?? Number.NaN;
  const memory = (await pids()).reduce((sum, pid) => sum + memoryOf(pid).ownMB, 0);
  return [(generated / seconds).toFixed(1), `${median(first).toFixed(0)} ms`, `${p95.toFixed(0)} ms`, `${memory.toFixed(0)} MB`];
}

/** A question of one token to a model of no size, in turn: to the library's session, and over HTTP to a server on the same engine process. */
async function ownCost(): Promise<void> {
  const file = join(folder, 'tiny.gguf');
  writeFileSync(file, tinyGguf());
  const side = await startLuci(file);
  await using luci = createLuci(defaultSettings({ home: side.home, offline: true, contextLength, keepAliveSeconds: 120 }));
  const session = await luci.open('tiny');
  try {
    const asks = [askSession(session), side.ask];
    const times: number[][] = [[], []];
    for (let round = -5; round < rounds; round += 1)
      for (const [index, ask] of asks.entries()) {
        const { firstMs } = await ask(fresh(1));
        if (round >= 0) times[index]?.push(firstMs);
      }
    const [library = Number.NaN, server = Number.NaN] = times.map(median);
    const added = median((times[1] ?? []).map((ms, round) => ms - (times[0]?.[round] ?? Number.NaN)));
    out(
      `\nFirst token at p50 of ${rounds} in turn, fixture: library ${library.toFixed(2)} ms, server ${server.toFixed(2)} ms; added ${added.toFixed(2)} ms.`,
    );
  } finally {
    await session[Symbol.asyncDispose]();
    await side.stop();
  }
}

async function startLuci(file: string): Promise<Side & { readonly home: string }> {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(join(home, 'models'));
  copyFileSync(file, join(home, 'models', basename(file)));
  const environment = { ...process.env, LUCI_HOME: home, LUCI_CONTEXT: String(contextLength), LUCI_OFFLINE: '1' };
  const program = join('dist', 'cli.cjs');
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
  const { url } = JSON.parse(line) as { url: string };
  return {
    home,
    name: 'luci serve',
    ask: (question) => askServer(Number(new URL(url).port), question),
    async pids() {
      await using luci = createLuci(defaultSettings({ home, offline: true }));
      const engine = await luci.engine.status();
      return [child.pid ?? 0, ...(engine ? [engine.pid] : [])];
    },
    async stop() {
      await ended(child);
      spawnSync(process.execPath, [program, 'stop'], { env: environment, stdio: 'ignore' });
    },
  };
}

async function startRival(file: string): Promise<Side> {
  const program = spawnSync(process.execPath, [join('scripts', 'llama-server.mjs')], { encoding: 'utf8' }).stdout.trim();
  const flags = ['-t', String(Math.max(1, availableParallelism())), '-c', String(contextLength * slots), '-np', String(slots)];
  const server = await startLlamaServer(program, file, flags);
  return { name: `llama-server -np ${slots}`, ask: server.ask, pids: async () => [server.pid], stop: server.stop };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}

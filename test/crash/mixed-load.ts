import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/tiers/random.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { enginePid, luciIn, type ServerProcess, startServerProcess } from './server-process.ts';

/**
 * Clients of every protocol at once, some of which hang up, while the engine and the server are killed, ended and started again:
 * `npm run test:load [-- --minutes 10 --clients 12 --seed 1 --model FILE.gguf]`. Every request must come to an answer or to an error in the
 * words of its protocol, but for those whose server was killed; and when all is over, nothing is left.
 */

/** What the requests came to. */
export interface LoadResult {
  /** How many ended with an answer, with an error that was told, by the client's own leaving, or with the server that was killed. */
  readonly ends: Readonly<Record<End, number>>;
  readonly kills: Readonly<Record<Kill, number>>;
  /** Requests that came to neither answer nor error though their server lived, as `what: why`. */
  readonly silent: readonly string[];
  /** Of the server's last life, in which nothing was killed any more: when that began, and at the end. */
  readonly before: Held;
  readonly after: Held;
  /** What the server and the engine say is under way when all clients have ended. */
  readonly left: { readonly running: number; readonly waiting: number; readonly requests: number };
}

interface Held {
  readonly memoryMB: number;
  readonly openFiles: number;
}

type End = 'answer' | 'error' | 'left' | 'killed';
type Kill = 'engine killed' | 'server killed' | 'server ended';

interface LoadOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  /** Default: the tiny fixture. */
  readonly model?: string | undefined;
  readonly maxTokens: number;
  readonly onRun?: (line: string) => void;
}

/** No answer takes longer where one token takes milliseconds; who waits behind others for so long has been forgotten. */
const maxWaitMs = 120_000;
/** The part of the time in which is killed. */
const killedPart = 0.6;
const meanMsBetweenKills = 4_000;

/** Asks, leaves, kills, and counts. */
export async function mixedLoad({ seconds, clients, seed, model, maxTokens, onRun }: LoadOptions): Promise<LoadResult> {
  const random = seededRandom(`mixed load ${seed}`);
  const home = await mkdtemp(join(tmpdir(), 'luci load '));
  await mkdir(join(home, 'models'));
  const placed = join(home, 'models', 'model.gguf');
  if (model) await link(model, placed).catch(() => copyFile(model, placed));
  else await writeFile(placed, tinyGguf({ repeats: true }));
  let server = await startServerProcess(home);
  const port = Number(new URL(server.url).port);
  const beganAt = performance.now();
  const part = (): number => (performance.now() - beganAt) / (seconds * 1000);
  const ends: Record<End, number> = { answer: 0, error: 0, left: 0, killed: 0 };
  const kinds = ['engine killed', 'server killed', 'server ended'] as const;
  const kills: Record<Kill, number> = { 'engine killed': 0, 'server killed': 0, 'server ended': 0 };
  const silent: string[] = [];
  /** Counts the lives of the server; a request that saw two of them may have been lost. */
  let life = 0;
  let isDown = false;
  let wasKilled = false;

  async function client(): Promise<void> {
    while (part() < 1) {
      const [what, body] = random.pick(questions(maxTokens));
      const leavesAfter = random.int(1, 4) === 1 ? random.int(1, 8) : undefined;
      const born = life;
      const end = await outcome(server.url, what, body, leavesAfter);
      const sawTwo = isDown || born !== life;
      // A server that is ended tells those it has begun to answer.
      const mayBeLost = sawTwo && (wasKilled || (end.kind === 'silent' && !end.isBegun));
      if (end.kind !== 'silent') ends[end.kind] += 1;
      else if (mayBeLost) ends.killed += 1;
      else silent.push(`${what}: ${end.why}`);
      if (sawTwo) await sleep(50);
    }
  }

  async function again(isKill: boolean): Promise<void> {
    [isDown, wasKilled] = [true, isKill];
    await (isKill ? server.kill() : server[Symbol.asyncDispose]());
    server = await startServerProcess(home, { port });
    life += 1;
    isDown = false;
  }

  async function chaos(): Promise<void> {
    for (let count = 0; part() < killedPart; count += 1) {
      await sleep(random.int(meanMsBetweenKills / 2, meanMsBetweenKills * 1.5));
      const what = kinds[count % kinds.length] ?? 'engine killed';
      if (what === 'engine killed')
        await enginePid(home).then(
          (pid) => process.kill(pid, 'SIGKILL'),
          () => undefined,
        );
      else await again(what === 'server killed');
      kills[what] += 1;
      onRun?.(`${(part() * seconds).toFixed(0)} s: ${what}; ${JSON.stringify(ends)}, silent ${silent.length}\n`);
    }
  }

  try {
    const asking = Promise.all(Array.from({ length: clients }, client));
    await chaos();
    await sleep(Math.max(0, (killedPart + 0.05 - part()) * seconds * 1000));
    const before = await heldBy(server.pid);
    await asking;
    const left = await underWay(server, home);
    return { ends, kills, silent, before, after: await heldBy(server.pid), left };
  } finally {
    await server[Symbol.asyncDispose]();
    await luciIn(home, 'stop').catch(() => undefined);
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

type Question = readonly [path: string, body: object | undefined];

function questions(maxTokens: number): readonly Question[] {
  const messages = [{ role: 'user', content: `Tell a story of the number ${Math.random()}.` }];
  const openAi = { model: 'model', messages, max_tokens: maxTokens };
  return [
    ['/v1/chat/completions', { ...openAi, stream: true }],
    ['/v1/chat/completions', { ...openAi, stream: true, resumable: true }],
    ['/v1/chat/completions', openAi],
    ['/v1/completions', { model: 'model', prompt: 'One, two,', max_tokens: maxTokens, stream: true }],
    ['/v1/messages', { ...openAi, stream: true }],
    ['/api/chat', { model: 'model', messages, options: { num_predict: maxTokens } }],
    ['/v1/chat/completions', { ...openAi, model: 'nobody' }],
    ['/v1/models', undefined],
    ['/metrics', undefined],
  ];
}

type Outcome =
  | { readonly kind: 'answer' | 'error' | 'left' }
  | { readonly kind: 'silent'; readonly why: string; readonly isBegun: boolean };

/** Asks, and leaves after so many pieces where it is to. */
async function outcome(url: string, path: string, body: object | undefined, leavesAfter: number | undefined): Promise<Outcome> {
  const sent = request(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    agent: false,
  });
  const timer = setTimeout(() => sent.destroy(new Error(`nothing came for ${maxWaitMs / 1000} s`)), maxWaitMs);
  let isBegun = false;
  sent.on('response', () => {
    isBegun = true;
  });
  try {
    return await readWhole(sent.end(body && JSON.stringify(body)), leavesAfter);
  } catch (error) {
    return { kind: 'silent', why: error instanceof Error ? error.message : String(error), isBegun };
  } finally {
    clearTimeout(timer);
    sent.destroy();
  }
}

async function readWhole(sent: ClientRequest, leavesAfter: number | undefined): Promise<Outcome> {
  // What comes after an end that was taken is nobody's.
  sent.on('error', () => undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let [text, pieces] = ['', 0];
  for await (const piece of response.setEncoding('utf8')) {
    text += piece;
    pieces += 1;
    if (pieces === leavesAfter) return { kind: 'left' };
  }
  const ofError = /"error"|"message"/.test(text);
  if (response.statusCode !== 200)
    return ofError ? { kind: 'error' } : { kind: 'silent', why: `${response.statusCode} ${text.slice(0, 100)}`, isBegun: true };
  if (isWhole(text, response.headers['content-type'] ?? '')) return { kind: 'answer' };
  return /"error"/.test(text) ? { kind: 'error' } : { kind: 'silent', why: `a stream without an end: ${text.slice(-100)}`, isBegun: true };
}

/** Whether the end of an answer came, as its protocol writes it. */
function isWhole(text: string, contentType: string): boolean {
  if (contentType.startsWith('text/event-stream')) return /data: \[DONE\]|message_stop/.test(text);
  if (contentType.startsWith('application/x-ndjson')) return /"done":true/.test(text);
  if (contentType.startsWith('application/json')) return JSON.parse(text) !== undefined;
  return text !== '';
}

/** What a process holds. */
async function heldBy(pid: number): Promise<Held> {
  const [, kB] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { memoryMB: Math.round(Number(kB) / 1024), openFiles: (await readdir(`/proc/${pid}/fd`)).length };
}

async function underWay({ url }: ServerProcess, home: string): Promise<LoadResult['left']> {
  await sleep(2_000);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const count = (name: string): number => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(metrics)?.[1] ?? Number.NaN);
  const { models = [] } = JSON.parse(await luciIn(home, 'ps', '--json')) as { readonly models?: readonly { readonly requests: number }[] };
  return {
    running: count('luci_requests_running'),
    waiting: count('luci_requests_waiting'),
    requests: models.reduce((sum, { requests }) => sum + requests, 0),
  };
}

if (process.argv[2] === '--by-hand') {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      minutes: { type: 'string', default: '10' },
      clients: { type: 'string', default: '12' },
      seed: { type: 'string', default: '1' },
      model: { type: 'string' },
    },
  });
  const result = await mixedLoad({
    seconds: Number(values.minutes) * 60,
    clients: Number(values.clients),
    seed: Number(values.seed),
    model: values.model,
    maxTokens: 48,
    onRun: (line) => void process.stderr.write(line),
  });
  process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
  if (result.silent.length > 0) process.exitCode = 1;
}

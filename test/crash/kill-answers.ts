import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/tiers/random.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { enginePid, luciIn, type ServerProcess, startServerProcess } from './server-process.ts';

/**
 * Streams whose server or engine is killed with -9 at a random event and that are read on: `npm run test:kill-answers [-- --count 50 --seed 1
 * --model FILE.gguf]`. Each must say what the answer says that nobody cut off, byte for byte, with event ids that go on.
 */

/** What the killed streams came to. */
export interface KillResult {
  readonly kills: { readonly server: number; readonly engine: number; readonly both: number };
  /** What was other than in the whole answer. */
  readonly wrong: readonly string[];
  /** Of the whole answer's events, the part that was read before the kill. */
  readonly killedAt: readonly number[];
  readonly events: number;
}

interface KillOptions {
  readonly count: number;
  readonly seed: number;
  /** Default: the tiny fixture, so hot that every token is a throw of the dice. */
  readonly model: string | undefined;
  readonly maxTokens: number;
  readonly onRun?: (line: string) => void;
}

const prompts = ['Tell a story of a lighthouse.', 'Count to thirty in words.', 'Explain how bread is made.', 'Write a poem about rain.'];
const hot = { temperature: 50, top_k: 0, top_p: 1, min_p: 0 };

/** Kills so many, one after the other. */
export async function killAnswers({ count, seed, model, maxTokens, onRun }: KillOptions): Promise<KillResult> {
  const random = seededRandom(`kill answers ${seed}`);
  const home = await mkdtemp(join(tmpdir(), 'luci kills '));
  await mkdir(join(home, 'models'));
  const placed = join(home, 'models', 'model.gguf');
  if (model) await link(model, placed).catch(() => copyFile(model, placed));
  else await writeFile(placed, tinyGguf({ repeats: true }));
  const wholes = new Map<string, Streamed>();
  const kills = { server: 0, engine: 0, both: 0 };
  const wrong: string[] = [];
  const killedAt: number[] = [];
  let events = 0;
  let server = await startServerProcess(home);
  try {
    for (let run = 0; run < count; run += 1) {
      const sampling = run % 2 === 0 ? { temperature: 0 } : { ...(model ? { temperature: 0.8 } : hot), seed: 1 + (run % 3) };
      const messages = [{ role: 'user', content: random.pick(prompts) }];
      const body = {
        model: 'model',
        stream: true,
        resumable: true,
        max_tokens: maxTokens,
        stream_options: { include_usage: true },
        messages,
      };
      const asked = { ...body, ...sampling };
      const key = JSON.stringify(asked);
      const whole = wholes.get(key) ?? (await read(await ask(server, asked)));
      wholes.set(key, whole);
      const at = random.int(1, whole.ids.length - 1);
      const what = (['server', 'server', 'both', 'server', 'engine'] as const)[run % 5] ?? 'server';
      const { first, rest, next } = await cutOff(server, asked, { at, what, home });
      server = next;
      kills[what] += 1;
      killedAt.push(at / whole.ids.length);
      events += first.ids.length + rest.ids.length;
      const problem = problemOf(joined(first, rest), whole);
      onRun?.(`${run + 1} of ${count}: ${what} killed at event ${at} of ${whole.ids.length}: ${problem ?? 'the same'}\n`);
      if (problem) wrong.push(`run ${run}, ${what} killed at event ${at} of ${whole.ids.length}: ${problem}`);
    }
  } finally {
    await server[Symbol.asyncDispose]();
    await luciIn(home, 'stop');
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
  return { kills, wrong, killedAt, events };
}

/** A stream, as far as it was read. */
interface Streamed {
  readonly ids: readonly number[];
  readonly id: string;
  readonly text: string;
  readonly finish: string | undefined;
  readonly tokens: number | undefined;
  readonly isDone: boolean;
  readonly failure: string | undefined;
}

interface Cut {
  /** After which event. */
  readonly at: number;
  readonly what: 'server' | 'engine' | 'both';
  readonly home: string;
}

/** Reads so many events, kills, and reads on: a killed engine by the same stream, a killed server by a new one with the last event's id. */
async function cutOff(server: ServerProcess, asked: object, { at, what, home }: Cut) {
  const response = await ask(server, asked);
  const stop = async (): Promise<void> => {
    if (what !== 'server') process.kill(await enginePid(home), 'SIGKILL');
    if (what !== 'engine') await server.kill();
  };
  const first = await read(response, { at, stop, goesOn: what === 'engine' });
  if (what === 'engine') return { first, rest: nothing, next: server };
  const next = await startServerProcess(home);
  const rest = await read(
    await send(`${next.url}/v1/chat/completions/${first.id}`, { headers: { 'last-event-id': String(first.ids.at(-1)) } }),
  );
  return { first, rest, next };
}

function ask({ url }: ServerProcess, body: object): Promise<IncomingMessage> {
  return send(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
}

/** Not by `fetch`: a stream of it that its server broke off and nobody reads on ends the process. */
async function send(
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<IncomingMessage> {
  const sent = request(url, { method, headers, agent: false });
  sent.on('error', () => undefined).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response.on('error', () => undefined);
}

const nothing: Streamed = { ids: [], id: '', text: '', finish: undefined, tokens: undefined, isDone: false, failure: undefined };

interface Reading {
  /** After so many events `stop` is called, and no more is read unless the stream `goesOn`. */
  readonly at: number;
  readonly stop: () => Promise<void>;
  readonly goesOn: boolean;
}

async function read(response: IncomingMessage, cut?: Reading): Promise<Streamed> {
  if (response.statusCode !== 200) return { ...nothing, failure: await text(response) };
  let said = nothing;
  for await (const event of eventsOf(response)) {
    said = added(said, event);
    if (!cut || said.ids.length !== cut.at) continue;
    await cut.stop();
    if (!cut.goesOn) return said;
  }
  if (cut && said.ids.length < cut.at) throw new Error(`The answer ended before event ${cut.at}: ${JSON.stringify(said)}`);
  return said;
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of response.setEncoding('utf8')) {
    const events = (rest + piece).split('\n\n');
    rest = events.pop() ?? '';
    yield* events;
  }
}

interface Chunk {
  readonly id: string;
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly completion_tokens: number };
  readonly error?: { readonly message: string };
}

function added(said: Streamed, event: string): Streamed {
  const [, id] = /^id: (\d+)$/m.exec(event) ?? [];
  const [, data] = /^data: (.*)$/m.exec(event) ?? [];
  if (data === undefined) return said;
  const ids = id === undefined ? said.ids : [...said.ids, Number(id)];
  if (data === '[DONE]') return { ...said, ids, isDone: true };
  const chunk = JSON.parse(data) as Chunk;
  if (chunk.error) return { ...said, failure: chunk.error.message };
  const [choice] = chunk.choices;
  return {
    ...said,
    ids,
    id: chunk.id,
    text: said.text + (choice?.delta.content ?? ''),
    finish: choice?.finish_reason ?? said.finish,
    tokens: chunk.usage?.completion_tokens ?? said.tokens,
  };
}

function joined(first: Streamed, rest: Streamed): Streamed {
  return {
    ids: [...first.ids, ...rest.ids],
    id: first.id,
    text: first.text + rest.text,
    finish: rest.finish ?? first.finish,
    tokens: rest.tokens ?? first.tokens,
    isDone: first.isDone || rest.isDone,
    failure: first.failure ?? rest.failure,
  };
}

function problemOf(now: Streamed, whole: Streamed): string | undefined {
  if (now.failure !== undefined) return now.failure;
  if (now.ids.some((id, index) => id !== index + 1)) return `ids ${now.ids.join(' ')}`;
  if (now.text !== whole.text) return `says ${JSON.stringify(now.text)} for ${JSON.stringify(whole.text)}`;
  if (!now.isDone || now.finish !== whole.finish || now.tokens !== whole.tokens) return `ends with ${JSON.stringify(now)}`;
  return undefined;
}

if (process.argv[2] === '--by-hand') {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      count: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Date.now() % 1e6) },
      model: { type: 'string' },
      tokens: { type: 'string', default: '60' },
    },
  });
  const seed = Number(values.seed);
  const result = await killAnswers({
    count: Number(values.count),
    seed,
    model: values.model,
    maxTokens: Number(values.tokens),
    onRun: (line) => void process.stderr.write(line),
  });
  const { killedAt, ...rest } = result;
  process.stdout.write(`${JSON.stringify({ seed, ...rest, killedAt: killedAt.map((part) => Number(part.toFixed(2))) }, null, 1)}\n`);
  if (result.wrong.length > 0) process.exitCode = 1;
}

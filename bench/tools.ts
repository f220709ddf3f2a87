import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLuci } from '../src/app/create-luci.ts';
import { resolveSettings } from '../src/config/resolve-settings.ts';
import type { EngineFacts, Session } from '../src/engine/engine.ts';
import { markdown } from './paired.ts';
import { apiRequests } from './tools/api-requests.ts';
import { fileRequests } from './tools/file-requests.ts';
import type { ToolRequest } from './tools/request.ts';
import { type Outcome, type Reader, runRequest } from './tools/run-request.ts';
import { savedTurns } from './tools/saved-turns.ts';

/**
 * npm run bench:tools [-- --models FILE,FILE --ways native,grammar --every 3 --kinds api --minutes 10 --threads 1 --replay]: how often models get done
 * what is asked of them with tools; formats side by side, and the engine's own reading of calls as the rival. What the models say is kept in
 * --turns and used again where the same is asked; with --replay nothing else is asked.
 */
const cache = join(homedir(), '.cache', 'luci-dev');
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf,qwen2.5-coder-1.5b-instruct-q4_k_m.gguf' },
    ways: { type: 'string', default: 'native,grammar,rival' },
    engines: { type: 'string', default: 'embedded,llama-server' },
    every: { type: 'string', default: '1' },
    kinds: { type: 'string', default: 'one call,several calls,no tool,must ask,api' },
    minutes: { type: 'string', default: '1000' },
    threads: { type: 'string' },
    turns: { type: 'string', default: join(cache, 'tool-turns') },
    replay: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const kinds = values.kinds.split(',');
const asked = kinds.flatMap((kind) =>
  [...fileRequests, ...apiRequests].filter((request) => request.kind === kind).filter((_, index) => index % Number(values.every) === 0),
);
const deadline = Date.now() + Number(values.minutes) * 60_000;
const ways = values.ways.split(',');
const threads = values.threads === undefined ? undefined : Number(values.threads);

interface Row {
  readonly model: string;
  readonly engine: string;
  readonly way: string;
  readonly outcomes: readonly (readonly [ToolRequest, Outcome])[];
}

const rows: Row[] = [];
for (const file of values.models.split(',')) {
  const path = file.includes('/') ? file : join(cache, file);
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  for (const engine of values.engines.split(',')) rows.push(...(await rowsOf(path, engine)));
}
process.stdout.write(
  `${markdown(['model', 'engine', 'way', ...kinds, 'all', 'right but not carried out', 'raw calls shown'], rows.map(cells))}\n`,
);

/** All ways on one engine; the engine is opened when something is asked that was not asked before. */
async function rowsOf(path: string, engine: string): Promise<Row[]> {
  const settings = resolveSettings(
    {
      home: join(cache, 'tool-bench'),
      offline: true,
      engine: engine === 'llama-server' ? 'llama-server' : 'embedded',
      contextLength: 4096,
    },
    { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: join(cache, 'llama.cpp', 'llama-server') },
  );
  await using luci = createLuci(settings);
  let opened: Promise<Session> | undefined;
  const session = (): Promise<Session> => {
    if (values.replay || Date.now() > deadline) throw new Error('not asked before');
    opened ??= luci.open(path, { threads });
    return opened;
  };
  const found: Row[] = [];
  try {
    // The rival is the server's own parsing; on the embedded engine that of the library.
    for (const way of ways) {
      const facts = factsOf(engine, way);
      const saved = savedTurns(session, facts, join(values.turns, `${basename(path)}.${engine}.jsonl`));
      found.push({ model: basename(path), engine, way, outcomes: await outcomesOf(saved, way) });
    }
  } finally {
    await (await opened)?.[Symbol.asyncDispose]();
    await luci.engine.stop();
  }
  return found;
}

/** All requests in one way; those whose replies are not there and may not be asked for are left out. */
async function outcomesOf(session: Session, way: string): Promise<[ToolRequest, Outcome][]> {
  const outcomes: [ToolRequest, Outcome][] = [];
  const reader: Reader = way === 'rival' ? 'engine' : 'luci';
  for (const request of asked) {
    const outcome = await runRequest(session, request, reader).catch((error: unknown) => {
      if (error instanceof Error && error.message === 'not asked before') return undefined;
      throw error;
    });
    if (!outcome) continue;
    outcomes.push([request, outcome]);
    const { isRight, calls, text } = outcome;
    const line = `${isRight ? 'ok  ' : 'FAIL'} ${way} ${request.ask} | ${calls} calls | ${text.replace(/\n/g, '\\n').slice(0, 160)}\n`;
    if (values.verbose) process.stderr.write(line);
  }
  return outcomes;
}

function factsOf(engine: string, way: string): EngineFacts {
  return {
    kind: engine === 'llama-server' ? 'llama-server' : 'embedded',
    version: '',
    device: '',
    contextLength: 4096,
    supports: { jsonSchema: true, tools: way !== 'grammar', requiredCalls: false, embeddings: false, seed: true },
  };
}

function cells({ model, engine, way, outcomes }: Row): string[] {
  const share = (of: readonly (readonly [ToolRequest, Outcome])[]): string =>
    `${of.filter(([, { isRight }]) => isRight).length}/${of.length}`;
  const count = (is: (outcome: Outcome) => boolean): string => String(outcomes.filter(([, outcome]) => is(outcome)).length);
  const byKind = kinds.map((kind) => share(outcomes.filter(([request]) => request.kind === kind)));
  return [model, engine, way, ...byKind, share(outcomes), count(({ isMissed }) => isMissed), count(({ isRawShown }) => isRawShown)];
}

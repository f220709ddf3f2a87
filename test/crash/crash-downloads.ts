import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';

/**
 * Downloads that are killed with -9 at a random moment and continued: `npm run test:crash [-- --count 100 --mib 256 --seed 1]`.
 * Each must end with the right digest, and fetch no more twice than one second of transfer.
 */

/** What the killed downloads came to. */
export interface CrashResult {
  readonly runs: number;
  readonly wrongDigests: number;
  /** The most bytes that one download fetched twice, and what one second of transfer is. */
  readonly mostBytesTwice: number;
  readonly bytesPerSecond: number;
  /** Files that were left in the folder of unfinished downloads by runs that ended well. */
  readonly leftBehind: readonly string[];
  /** How far the killed runs had come, as parts of the whole. */
  readonly killedAt: readonly number[];
}

const connections = 8;

/** Runs them one after the other through the built command. */
export async function crashDownloads({ count, mib, seed }: { count: number; mib: number; seed: number }): Promise<CrashResult> {
  const random = randomNumbers(seed);
  const bytes = Buffer.concat([tinyGguf(), randomBytes(mib * 1024 ** 2)]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const perConnection = Math.round(bytes.length / connections / 2);
  const wholeMs = (bytes.length / (perConnection * connections)) * 1000;
  const folder = await mkdtemp(join(tmpdir(), 'luci-crash-'));
  await using hub = await startHub();
  const served = hub.add({ repo: 'owner/large', path: 'large.gguf', bytes, bytesPerSecond: perConnection });
  const entry = { name: 'large', aliases: [], parametersB: 1, tier: 0, license: 'MIT', quantization: 'Q4_K_M', repo: 'owner/large' };
  const pin = { revision: served.commit, file: 'large.gguf', sizeBytes: bytes.length, sha256 };
  let wrongDigests = 0;
  let mostBytesTwice = 0;
  const killedAt: number[] = [];
  const leftBehind: string[] = [];
  try {
    for (let run = 0; run < count; run += 1) {
      const home = join(folder, `home-${run}`);
      await mkdir(home);
      await writeFile(join(home, 'catalog.json'), JSON.stringify([{ ...entry, ...pin }]));
      const before = served.sentBytes;
      const killed = install(home, hub.endpoint);
      await sleep(150 + random() * wholeMs * 1.1);
      killed.child.kill('SIGKILL');
      await killed.ended;
      killedAt.push(Math.min(1, (served.sentBytes - before) / bytes.length));
      const isThere = (await readdir(join(home, 'models')).catch((): string[] => [])).includes('large.gguf');
      if (!isThere) {
        await install(home, hub.endpoint).ended;
        leftBehind.push(...(await readdir(join(home, 'models', '.partial'))));
      }
      if ((await digestOf(join(home, 'models', 'large.gguf'))) !== sha256) wrongDigests += 1;
      mostBytesTwice = Math.max(mostBytesTwice, served.sentBytes - before - bytes.length);
      await rm(home, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { runs: count, wrongDigests, mostBytesTwice, bytesPerSecond: perConnection * connections, leftBehind, killedAt };
}

function install(home: string, endpoint: string) {
  const environment = { ...process.env, LUCI_HOME: home, HF_ENDPOINT: endpoint, HF_TOKEN: '' };
  const child = spawn(process.execPath, [join(process.cwd(), 'dist', 'cli.cjs'), 'install', 'large', '-q', '-y'], {
    env: environment,
    stdio: 'ignore',
  });
  return { child, ended: new Promise((resolve) => child.once('close', resolve)) };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch {
    return 'missing';
  }
  return hash.digest('hex');
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (process.argv[2] === '--by-hand') {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      count: { type: 'string', default: '100' },
      mib: { type: 'string', default: '256' },
      seed: { type: 'string', default: String(Date.now() % 1e6) },
    },
  });
  const result = await crashDownloads({ count: Number(values.count), mib: Number(values.mib), seed: Number(values.seed) });
  process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), ...result }, null, 1)}\n`);
  if (result.wrongDigests > 0 || result.mostBytesTwice > result.bytesPerSecond || result.leftBehind.length > 0) process.exitCode = 1;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isLuciError } from '../../src/base/errors.ts';
import { memoryReader } from '../../src/gguf/byte-reader.ts';
import { factsOf } from '../../src/gguf/facts.ts';
import { MoreBytesNeeded } from '../../src/gguf/gguf-error.ts';
import { readGgufHeader } from '../../src/gguf/header.ts';
import { tinyGgufSpec } from '../fixtures/gguf/tiny-gguf.ts';
import { writeGguf } from '../fixtures/gguf/write-gguf.ts';

/**
 * Feeds the header reader changed copies of good files: `npm run fuzz -- --seconds 3600 --seed 7`. A finding is anything thrown that
 * is not GGUF_BROKEN, a read that takes over a second, or memory that grows past 512 MiB. Its input is kept in fuzz-findings/.
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } } });
const seconds = Number(values.seconds);
const random = sfc32(Number(values.seed));
const below = (limit: number): number => Math.floor(random() * limit);

const spec = tinyGgufSpec();
let end = 0;
const withoutData = spec.tensors.map((tensor) => {
  const offset = end;
  const bytes = tensor.shape.reduce<number>((size, length) => size * Number(length), tensor.typeNumber === 1 ? 2 : 4);
  end += Math.ceil(bytes / 32) * 32;
  return { ...tensor, offset, data: Buffer.alloc(0) };
});
const slim = spec.keys.filter(([name]) => !/tokens|scores|token_type/.test(name));
// Headers without the megabytes behind them: changes hit what is read. The size told to the reader is that of the whole file.
const corpus = [
  writeGguf({ ...spec, tensors: withoutData }),
  writeGguf({
    keys: [...slim, ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: ['a', 'b'] }]],
    tensors: withoutData.slice(0, 3),
  }),
  writeGguf({ keys: slim.slice(0, 4), tensors: withoutData.slice(0, 1) }),
];
const wholeBytes = 4_000_000;
const odd32 = [0, 1, 2, 7, 8, 9, 10, 12, 13, 255, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const odd64 = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 32n];

for (const file of corpus.slice(0, 2)) factsOf(await readGgufHeader(memoryReader(file, wholeBytes))); // Unchanged they must be good.
const deadline = performance.now() + seconds * 1000;
let executions = 0;
let accepted = 0;
let findings = 0;
while (performance.now() < deadline && findings < 10) {
  const input = mutate(corpus[below(corpus.length)] ?? Buffer.alloc(0));
  const startedAt = process.cpuUsage();
  try {
    factsOf(await readGgufHeader(memoryReader(input, wholeBytes)));
    accepted += 1;
  } catch (error) {
    if (!isLuciError(error, 'GGUF_BROKEN') && !(error instanceof MoreBytesNeeded))
      report(input, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  // Time of the processor: a pause of the whole process is no finding.
  const durationMs = process.cpuUsage(startedAt).user / 1000;
  if (durationMs > 1000) report(input, `took ${Math.round(durationMs)} ms`);
  executions += 1;
  if (executions % 10_000 === 0 && process.memoryUsage.rss() > 512 * 1024 ** 2)
    report(input, `memory is ${process.memoryUsage.rss()} bytes`);
}
process.stdout.write(`seed ${values.seed}: ${executions} files in ${seconds} s, ${accepted} accepted, ${findings} findings\n`);
process.exitCode = findings > 0 ? 1 : 0;

function mutate(original: Buffer): Buffer {
  let file = Buffer.from(original);
  for (let count = 1 + below(4); count > 0; count -= 1) {
    const at = below(Math.max(1, file.length - 8));
    switch (below(6)) {
      case 0:
        file.writeUInt8(file.readUInt8(at) ^ (1 << below(8)), at);
        break;
      case 1:
        file.writeUInt32LE(odd32[below(odd32.length)] ?? 0, at);
        break;
      case 2:
        file.writeBigUInt64LE(odd64[below(odd64.length)] ?? 0n, at);
        break;
      case 3:
        file = file.subarray(0, Math.max(16, at));
        break;
      case 4:
        file = Buffer.concat([file.subarray(0, at), file.subarray(at + below(64))]);
        break;
      default:
        file = Buffer.concat([file.subarray(0, at), file.subarray(below(at + 1), at), file.subarray(at)]);
    }
    if (file.length < 24) break;
  }
  return file;
}

function report(input: Buffer, what: string): void {
  findings += 1;
  mkdirSync('fuzz-findings', { recursive: true });
  const path = join('fuzz-findings', `seed-${values.seed}-${executions}.gguf`);
  writeFileSync(path, input);
  process.stdout.write(`${path}: ${what}\n`);
}

/** A small generator with a seed (sfc32, Chris Doty-Humphrey): the same seed, the same files. */
function sfc32(seed: number): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 15; warm += 1) next();
  return next;
}

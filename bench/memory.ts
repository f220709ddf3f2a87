import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { partPath } from '../src/base/parts.ts';
import { checkGgufFile } from '../src/gguf/facts.ts';
import { estimateMemory } from '../src/gguf/memory-estimate.ts';
import { type TypedValue, writeGguf } from '../test/fixtures/gguf/write-gguf.ts';
import { markdown } from './paired.ts';

/**
 * npm run bench:memory -- --starter FILE: the estimate of the memory a model takes against what the engine process really took: the
 * peak of its resident set (VmHWM) after a prompt of 700 tokens, less that of the process without a model. Goal: within 15 %.
 */
const { values } = parseArgs({ options: { starter: { type: 'string' } } });
const base = mkdtempSync(join(tmpdir(), 'luci-memory-'));
const program = partPath('engine-host.mjs').replace('engine-host.mjs', 'cli.cjs');

const shapes = [
  { name: 'random 0.3 GB, F16', type: 'F16', width: 768, blocks: 24, heads: 12, kvHeads: 4, feedForward: 2048, vocabulary: 32_000 },
  { name: 'random 0.6 GB, Q4_0', type: 'Q4_0', width: 2048, blocks: 22, heads: 32, kvHeads: 4, feedForward: 5632, vocabulary: 32_000 },
] as const;

try {
  const files = shapes.map((shape, index) => ({ name: String(shape.name), path: writeRandom(shape, join(base, `${index}.gguf`)) }));
  if (values.starter) files.unshift({ name: 'smollm2-135m, Q4_1', path: values.starter });
  const emptyBytes = await peakOfEmptyHost();
  const rows: string[][] = [];
  let isWithin = true;
  for (const { name, path } of files) {
    const facts = await checkGgufFile(path);
    for (const contextLength of [1024, 4096]) {
      const measured = peakWith(path, contextLength) - emptyBytes;
      const { totalBytes } = estimateMemory(facts, { contextLength });
      const error = totalBytes / measured - 1;
      isWithin &&= Math.abs(error) <= 0.15;
      rows.push([
        name,
        String(contextLength),
        megabytes(measured),
        megabytes(totalBytes),
        `${error < 0 ? '−' : '+'}${Math.abs(error * 100).toFixed(0)} %`,
      ]);
    }
  }
  process.stdout.write(
    `${markdown(['model', 'context', 'measured', 'estimated', 'error'], rows)}\n\nThe process without a model: ${megabytes(emptyBytes)}.\n`,
  );
  if (!isWithin) process.exitCode = 1;
} finally {
  rmSync(base, { recursive: true });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function peakWith(path: string, contextLength: number): number {
  const home = mkdtempSync(join(base, 'home-'));
  const environment = { ...process.env, LUCI_HOME: home, LUCI_CONTEXT: String(contextLength), LUCI_KEEP_ALIVE: '60' };
  const luci = (...args: string[]): string => execFileSync(process.execPath, [program, ...args], { env: environment, encoding: 'utf8' });
  luci('ask', '7'.repeat(700), '-m', path, '--max-tokens', '4', '--json');
  const { pid } = JSON.parse(luci('ps', '--json')) as { pid: number };
  const peak = peakOf(pid);
  luci('stop', '-q');
  return peak;
}

async function peakOfEmptyHost(): Promise<number> {
  const token = join(base, 'token');
  closeSync(openSync(token, 'w'));
  const child = spawn(process.execPath, [partPath('engine-host.mjs'), join(base, 'empty.sock'), token, ''], { stdio: 'ignore' });
  await new Promise((done) => setTimeout(done, 1500));
  const peak = peakOf(child.pid ?? 0);
  child.kill();
  return peak;
}

/** A llama of the given shape with small random weights; written piece by piece. */
function writeRandom({ type, width, blocks, heads, kvHeads, feedForward, vocabulary }: (typeof shapes)[number], path: string): string {
  const number = (value: number): TypedValue => ({ type: 'u32', value });
  const tokens = [
    '<unk>',
    '<s>',
    '</s>',
    ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  ];
  while (tokens.length < vocabulary) tokens.push(`token${tokens.length}`);
  const kinds = tokens.map((_, id) => (id < 1 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1));
  const head = width / heads;
  const matrices: [string, number, number][] = [
    ['token_embd', width, vocabulary],
    ['output', width, vocabulary],
  ];
  for (let block = 0; block < blocks; block += 1) {
    const at = `blk.${block}.`;
    matrices.push(
      [`${at}attn_q`, width, width],
      [`${at}attn_k`, width, head * kvHeads],
      [`${at}attn_v`, width, head * kvHeads],
      [`${at}attn_output`, width, width],
    );
    matrices.push([`${at}ffn_gate`, width, feedForward], [`${at}ffn_up`, width, feedForward], [`${at}ffn_down`, feedForward, width]);
  }
  const norms = [
    'output_norm',
    ...Array.from({ length: blocks }, (_, block) => [`blk.${block}.attn_norm`, `blk.${block}.ffn_norm`]).flat(),
  ];
  let end = 0;
  const place = (bytes: number): number => {
    const offset = end;
    end += Math.ceil(bytes / 32) * 32;
    return offset;
  };
  const bytesOf = (weights: number): number => (type === 'F16' ? weights * 2 : (weights / 32) * 18);
  const typeNumber = type === 'F16' ? 1 : 2;
  const none = Buffer.alloc(0);
  const tensors = [
    ...norms.map((name) => ({ name: `${name}.weight`, shape: [width], typeNumber: 0, offset: place(width * 4), data: none })),
    ...matrices.map(([name, row, rows]) => ({
      name: `${name}.weight`,
      shape: [row, rows],
      typeNumber,
      offset: place(bytesOf(row * rows)),
      data: none,
    })),
  ];
  const keys: [string, TypedValue][] = [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.file_type', number(type === 'F16' ? 1 : 2)],
    ['llama.block_count', number(blocks)],
    ['llama.context_length', number(8192)],
    ['llama.embedding_length', number(width)],
    ['llama.feed_forward_length', number(feedForward)],
    ['llama.attention.head_count', number(heads)],
    ['llama.attention.head_count_kv', number(kvHeads)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: 1e-5 }],
    ['llama.rope.dimension_count', number(head)],
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: tokens }],
    ['tokenizer.ggml.scores', { type: 'array', of: 'f32', value: tokens.map(() => 0) }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', value: kinds }],
    ['tokenizer.ggml.bos_token_id', number(1)],
    ['tokenizer.ggml.eos_token_id', number(2)],
  ];
  const file = openSync(path, 'w');
  writeSync(file, writeGguf({ keys, tensors }));
  const ones = Buffer.alloc(width * 4);
  for (let index = 0; index < width; index += 1) ones.writeFloatLE(1, index * 4);
  for (const _ of norms) writeSync(file, ones);
  const piece = randomPiece(type);
  for (let left = end - norms.length * width * 4; left > 0; left -= piece.length) writeSync(file, piece, 0, Math.min(left, piece.length));
  closeSync(file);
  return path;
}

/** 18 MB of small weights: whole blocks of either type. */
function randomPiece(type: 'F16' | 'Q4_0'): Buffer {
  const bytes = Buffer.alloc(18 * 1024 ** 2);
  for (let index = 0; index < bytes.length; index += 2) bytes.writeUInt16LE((Math.random() * 65_536) | 0, index);
  // Halves of about 0.01, of either sign; in Q4_0 each block of 18 bytes begins with its scale.
  const step = type === 'F16' ? 2 : 18;
  for (let index = 0; index < bytes.length; index += step)
    bytes.writeUInt16LE(0x2000 | (type === 'F16' ? bytes.readUInt16LE(index) & 0x81ff : 0), index);
  return bytes;
}

// npm run test:within [-- --model FILE --prompts 50 --seconds 3,5,8 --busy]: how well `luci ask --within` keeps its time with a real model,
// by whole commands; with --busy a program takes one core meanwhile.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(homedir(), '.cache', 'luci-dev', 'SmolLM2-135M-Instruct.Q4_1.gguf') },
    prompts: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '3,5,8' },
    busy: { type: 'boolean', default: false },
  },
});
const root = process.cwd();
const home = await mkdtemp(join(tmpdir(), 'luci-within-'));
const limits = values.seconds.split(',').map(Number);

interface Ran {
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Texts of about no, 500, 3,000 and 20,000 tokens, each another one, so that nothing of it is in the KV cache. */
const docs = (
  await Promise.all(
    (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => readFile(join(root, 'docs', name), 'utf8')),
  )
).join('\n');
const lengths = [0, 2000, 12_000, 80_000];
const questions = [
  'What is this about?',
  'Tell me in full what can be done here.',
  'Write a long story about it.',
  'Name one thing.',
  'Why is the sky blue?',
];

const busy = values.busy ? new Worker('for (;;);', { eval: true }) : undefined;
const results: (Ran & { readonly limit: number })[] = [];
try {
  await luci('ask', '-m', values.model, '--max-tokens', '1', 'Hello'); // The first load of these bytes is tried in a process of its own.
  for (let index = 0; index < Number(values.prompts); index += 1) {
    const limit = limits[index % limits.length] ?? 5;
    const length = lengths[index % lengths.length] ?? 0;
    const file = join(home, 'text.txt');
    const start = Math.floor(Math.random() * Math.max(1, docs.length - length));
    await writeFile(file, docs.slice(start, start + length));
    const text = length === 0 ? [] : ['-f', file];
    const ran = await luci('ask', '-m', values.model, '--within', `${limit}s`, ...text, questions[index % questions.length] ?? '');
    results.push({ ...ran, limit });
    const { exitCode, seconds, stderr } = ran;
    process.stderr.write(
      `${index + 1}: ${seconds.toFixed(1)} of ${limit} s, exit ${exitCode}, ${length} characters | ${stderr.trim().replace(/\n/g, ' | ')}\n`,
    );
  }
} finally {
  await luci('stop');
  await busy?.terminate();
  await rm(home, { recursive: true, force: true });
}
const shares = results.map(({ seconds, limit }) => seconds / limit).sort((a, b) => a - b);
const percent = (share = 0): string => `${(share * 100).toFixed(0)} %`;
const late = results.filter(({ seconds, limit }) => seconds > limit * 1.1);
const answered = results.filter(({ exitCode }) => exitCode === 0);
const marked = answered.filter(({ stderr }) => stderr.includes('cut '));
process.stdout.write(
  `${results.length} prompts: ${results.length - late.length} within the limit + 10 %, p95 ${percent(shares[Math.ceil(shares.length * 0.95) - 1])}, the slowest ${percent(shares.at(-1))} of it; ` +
    `${answered.length} answered, ${marked.length} of them marked as cut, ${answered.filter(({ stdout }) => stdout.trim() === '').length} empty\n`,
);
if (late.length > 0) process.exitCode = 1;

function luci(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], {
      env: { ...process.env, LUCI_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (output.stdout += text));
    child.stderr.on('data', (text: Buffer) => (output.stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, seconds: (performance.now() - startedAt) / 1000, ...output }));
  });
}

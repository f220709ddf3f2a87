// The two sides of bench/engine.ts: luci's engine process and a llama-server, each asked through the door its users have.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import type { ChatMessage, Session } from '../src/engine/engine.ts';

/** When each piece of an answer came, in milliseconds after it was asked for. */
export interface Timed {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly generatedTokens: number;
}

/** A question of a measurement. */
export interface Question {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** Of luci alone: as graded runs ask. */
  readonly repeatable?: boolean;
}

/** Asks a side and takes the times. */
export type Ask = (question: Question) => Promise<Timed>;

/** Tokens a second between the first and the last. */
export function tokensPerSecond({ firstMs, lastMs, generatedTokens }: Timed): number {
  return ((generatedTokens - 1) / (lastMs - firstMs)) * 1000;
}

/** Asks an open session. */
export function askSession(session: Session): Ask {
  return async ({ messages, maxTokens, repeatable }) => {
    const startedAt = performance.now();
    let [firstMs, lastMs] = [0, 0];
    for await (const event of session.generate({ messages, maxTokens, repeatable, sampling: { temperature: 0 } })) {
      const now = performance.now() - startedAt;
      if (event.type === 'end') {
        const { promptTokens, cachedTokens, generatedTokens } = event.usage;
        return { firstMs, lastMs, promptTokens, cachedTokens, generatedTokens };
      }
      // That a prompt is being read, or waits, is told before any of the answer.
      if (event.type === 'waiting' || event.type === 'reading') continue;
      firstMs ||= now;
      lastMs = now;
    }
    throw new Error('an answer without an end');
  };
}

/** A running llama-server. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  readonly ask: Ask;
  stop(): Promise<void>;
}

/** Starts llama-server on the loopback address and waits until it is ready. */
export async function startLlamaServer(program: string, model: string, flags: readonly string[]): Promise<Server> {
  const port = await freePort();
  const args = ['-m', model, '--host', '127.0.0.1', '--port', String(port), '--no-webui', ...flags];
  const child = spawn(program, args, { stdio: 'ignore' });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`llama-server ended with ${child.exitCode}`);
    const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (health?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, pid: child.pid ?? 0, ask: (question) => askServer(port, question), stop: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Asks whatever speaks /v1/chat/completions at a port of loopback. */
export function askServer(port: number, { messages, maxTokens }: Question): Promise<Timed> {
  const body = JSON.stringify({
    messages,
    max_tokens: maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    timings_per_token: false,
  });
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    // A connection of its own: the server closes idle ones between the rounds.
    const where = { host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', headers, agent: false } as const;
    const sent = httpRequest(where, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`the server answers ${response.statusCode}`));
      let [firstMs, lastMs, rest] = [0, 0, ''];
      let usage: Chunk['usage'];
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const chunk of chunksIn(lines)) {
          usage = chunk.usage ?? usage;
          if (!chunk.choices?.[0]?.delta?.content) continue;
          lastMs = performance.now() - startedAt;
          firstMs ||= lastMs;
        }
      });
      response.on('end', () =>
        resolve({
          firstMs,
          lastMs,
          promptTokens: usage?.prompt_tokens ?? 0,
          cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
          generatedTokens: usage?.completion_tokens ?? 0,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: { readonly cached_tokens: number };
  };
}

function chunksIn(lines: readonly string[]): Chunk[] {
  return lines.filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6)) as Chunk);
}

/** Tokens a second until the first, all of the prompt counted that was not known. */
export function promptTokensPerSecond({ firstMs, promptTokens, cachedTokens }: Timed): number {
  return ((promptTokens - cachedTokens) / firstMs) * 1000;
}

/** What llama-bench measures: a prompt of so many tokens, or so many generated into an empty context. */
export interface LlamaBenchRun {
  readonly threads: number;
  readonly promptTokens?: number;
  readonly tokens?: number;
}

/** Tokens a second of llama-bench. */
export function llamaBench(program: string, model: string, { threads, promptTokens = 0, tokens = 0 }: LlamaBenchRun): number {
  const args = ['-m', model, '-t', String(threads), '-p', String(promptTokens), '-n', String(tokens), '-r', '1', '-o', 'json'];
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`llama-bench ended with ${status}: ${stderr.slice(-300)}`);
  return (JSON.parse(stdout) as { avg_ts: number }[])[0]?.avg_ts ?? Number.NaN;
}

/** Resident megabytes of a process: all, and without the pages of files. */
export function memoryOf(pid: number): { readonly residentMB: number; readonly ownMB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  return { residentMB: megabytes('VmRSS'), ownMB: megabytes('RssAnon') };
}

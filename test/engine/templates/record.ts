import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatMessage } from '../../../src/engine/engine.ts';
import { tinyGguf } from '../../fixtures/gguf/tiny-gguf.ts';
import { type TemplateCase, templateCases } from './cases.ts';

/**
 * Writes down what a real llama-server makes of each template in a folder of `.jinja` files: by hand, when cases or templates change.
 * `node scripts/run-typescript.mjs test/engine/templates/record.ts PROGRAM FOLDER`
 */

const [program = 'llama-server', folder = '.'] = process.argv.slice(2);
// From the root of the clone: a bundle of this lies elsewhere.
const recordings = join('test', 'engine', 'templates', 'recordings');
const work = await mkdtemp(join(tmpdir(), 'luci-templates-'));
const model = join(work, 'tiny.gguf');
await writeFile(model, tinyGguf());
await mkdir(recordings, { recursive: true });
const port = await freePort();
try {
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.jinja')).sort()) {
    const renderings = await record(join(folder, file));
    const kept = { template: await readFile(join(folder, file), 'utf8'), recordedAt: new Date().toISOString().slice(0, 10), renderings };
    await writeFile(join(recordings, `${basename(file, '.jinja')}.json`), `${JSON.stringify(kept, null, 2)}\n`);
    process.stdout.write(`${file}: ${Object.values(renderings).filter((text) => text !== null).length}\n`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

/** The prompt of each case; null where the server refuses it. */
async function record(path: string): Promise<Record<string, string | null>> {
  const flags = ['-m', model, '--jinja', '--chat-template-file', path, '--host', '127.0.0.1', '--port', String(port), '-c', '512'];
  const child = spawn(program, [...flags, '--no-warmup', '-t', '1'], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    await untilHealthy(() => child.exitCode !== null);
    const renderings: Record<string, string | null> = {};
    for (const [name, asked] of Object.entries(templateCases)) renderings[name] = await render(asked);
    return renderings;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

async function untilHealthy(isGone: () => boolean): Promise<void> {
  while (!isGone()) {
    const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(50);
  }
}

async function render({ messages, tools, thinking }: TemplateCase): Promise<string | null> {
  const body = {
    messages: messages.map(wireMessage),
    tools: tools?.map((tool) => ({ type: 'function', function: tool })),
    reasoning_effort: typeof thinking === 'string' ? thinking : undefined,
    chat_template_kwargs: thinking === false ? { enable_thinking: false } : undefined,
  };
  const response = await fetch(`http://127.0.0.1:${port}/apply-template`, { method: 'POST', body: JSON.stringify(body) }).catch(
    () => undefined,
  );
  if (!response?.ok) return null;
  const { prompt } = (await response.json()) as { prompt: string };
  return prompt;
}

function wireMessage(message: ChatMessage): unknown {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, name: message.name, content: message.content };
  if (message.role !== 'assistant') return message;
  const calls = message.toolCalls?.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  return { role: 'assistant', content: message.content, tool_calls: calls };
}

/** A port of the loopback that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

// npm run bench:answers [-- --model FILE --rounds 20 --tokens 64]: the same repeatable stream of `luci serve` as it is and as "resumable", which
// is kept on disk, in turn. Without --model it is the fixture: a model of no size, so that what is added shows.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { luciIn, startServerProcess } from '../test/crash/server-process.ts';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: { model: { type: 'string' }, rounds: { type: 'string', default: '20' }, tokens: { type: 'string', default: '64' } },
});
const [rounds, tokens] = [Number(values.rounds), Number(values.tokens)];
const home = mkdtempSync(join(tmpdir(), 'luci-bench-answers-'));
mkdirSync(join(home, 'models'));
if (values.model) copyFileSync(values.model, join(home, 'models', 'model.gguf'));
else writeFileSync(join(home, 'models', 'model.gguf'), tinyGguf({ repeats: true }));
const load = loadavg()[0]?.toFixed(1);
const server = await startServerProcess(home);
try {
  const sides = [{}, { resumable: true }];
  const rates: number[][] = sides.map(() => []);
  const firsts: number[][] = sides.map(() => []);
  for (let round = -1; round < rounds; round += 1)
    for (const [index, more] of sides.entries()) {
      const { firstMs, tokensPerSecond } = await timed(`${server.url}/v1/chat/completions`, more);
      if (round >= 0) rates[index]?.push(tokensPerSecond);
      if (round >= 0) firsts[index]?.push(firstMs);
    }
  const ratio = median((rates[1] ?? []).map((rate, round) => rate / (rates[0]?.[round] ?? Number.NaN)));
  process.stdout.write(`${availableParallelism()} cores, load ${load} at the start; ${rounds} rounds of ${tokens} tokens.\n\n`);
  const rows = ['as it is', 'kept on disk'].map((name, index) => [
    name,
    median(rates[index] ?? []).toFixed(1),
    `${median(firsts[index] ?? []).toFixed(1)} ms`,
  ]);
  process.stdout.write(
    `${markdown(['stream', 'tokens/s', 'first event'], rows)}\n\nMedian of the ratios of a round: ${ratio.toFixed(3)}.\n`,
  );
} finally {
  await server[Symbol.asyncDispose]();
  await luciIn(home, 'stop');
  rmSync(home, { recursive: true, force: true });
}

async function timed(url: string, more: object): Promise<{ readonly firstMs: number; readonly tokensPerSecond: number }> {
  const messages = [{ role: 'user', content: 'Tell a long story of a lighthouse.' }];
  const body = { model: 'model', stream: true, repeatable: true, seed: 7, temperature: 0.7, max_tokens: tokens, messages, ...more };
  const startedAt = performance.now();
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  let [firstAt, text] = [0, ''];
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (firstAt === 0 && text.includes('data: ')) firstAt = performance.now();
  }
  const said = text.split('"content":').length - 2;
  return { firstMs: firstAt - startedAt, tokensPerSecond: (said * 1000) / (performance.now() - firstAt) };
}

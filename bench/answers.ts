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
  const times: number[][] = sides.map(() => []);
  for (let round = -1; round < rounds; round += 1)
    for (const [index, more] of sides.entries()) {
      const totalMs = await timed(`${server.url}/v1/chat/completions`, more);
      if (round >= 0) times[index]?.push(totalMs);
    }
  const added = median((times[1] ?? []).map((ms, round) => (ms - (times[0]?.[round] ?? Number.NaN)) / tokens));
  process.stdout.write(`${availableParallelism()} cores, load ${load} at the start; ${rounds} rounds of ${tokens} tokens.\n\n`);
  const rows = ['as it is', 'kept on disk'].map((name, index) => {
    const totalMs = median(times[index] ?? []);
    return [name, `${totalMs.toFixed(0)} ms`, ((tokens * 1000) / totalMs).toFixed(1)];
  });
  process.stdout.write(`${markdown(['stream', 'whole answer', 'tokens/s'], rows)}\n\nAdded: ${added.toFixed(2)} ms a token (median).\n`);
} finally {
  await server[Symbol.asyncDispose]();
  await luciIn(home, 'stop');
  rmSync(home, { recursive: true, force: true });
}

async function timed(url: string, more: object): Promise<number> {
  const messages = [{ role: 'user', content: 'Tell a long story of a lighthouse.' }];
  const body = { model: 'model', stream: true, repeatable: true, seed: 7, temperature: 0.7, max_tokens: tokens, messages, ...more };
  const startedAt = performance.now();
  await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).text();
  return performance.now() - startedAt;
}

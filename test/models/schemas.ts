import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { EngineKind } from '../../src/engine/engine.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { faultsOfSeed } from './hold-to-schema.ts';

/**
 * Random schemas by hand: `npm run test:schemas`, with the path of a model file behind `--` (default: the fixture), `--count N` (500),
 * `--from N`, `--engine llama-server`. Ends with 1 where a fault was found.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '500' },
    from: { type: 'string', default: '0' },
    engine: { type: 'string', default: 'embedded' },
  },
});
const home = await mkdtemp(join(tmpdir(), 'luci-schemas-'));
const fixture = join(home, 'tiny.gguf');
await writeFile(fixture, tinyGguf());
const engine = values.engine as Extract<EngineKind, 'embedded' | 'llama-server'>;
const environment = { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: findLlamaServer() ?? '' };
const luci = createLuci(resolveSettings({ home, offline: true, engine, contextLength: 2048, keepAliveSeconds: 20 }, environment));
const [from, count] = [Number(values.from), Number(values.count)];
let found = 0;
try {
  await using agent = luci.agent({ model: positionals[0] ?? fixture });
  for (let index = from; index < from + count; index += 1) {
    // The fixture's likeliest token is always the same: what it draws is more varied.
    const sampling = positionals[0] === undefined ? { temperature: 1, seed: index } : { temperature: 0 };
    const faults = await faultsOfSeed(agent, String(index), { sampling, repeatable: positionals[0] !== undefined, maxTokens: 800 });
    found += faults.length;
    for (const fault of faults) process.stdout.write(`${fault}\n`);
    process.stderr.write(`\r${index - from + 1} of ${count} schemas, ${found} faults`);
  }
} finally {
  process.stderr.write('\n');
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
}
process.exitCode = found === 0 ? 0 : 1;

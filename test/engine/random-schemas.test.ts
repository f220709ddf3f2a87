import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { faultsOfSeed } from '../models/hold-to-schema.ts';

/** The first 40 of the random schemas; `npm run test:schemas` takes 500, and real models. */

const count = 40;
let home: string;
let luci: Luci;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci schemas '));
  await writeFile(join(home, 'tiny.gguf'), tinyGguf());
  const overrides = { home, offline: true, engine: 'embedded', contextLength: 2048, keepAliveSeconds: 20 } as const;
  luci = createLuci(resolveSettings(overrides, { PATH: process.env['PATH'] ?? '' }));
});
afterAll(async () => {
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

test('answers and calls are of their schema whatever it is, streamed and whole alike, and no call is text', async () => {
  await using agent = luci.agent({ model: join(home, 'tiny.gguf') });
  const faults: string[] = [];
  // Drawn, not the likeliest: this model's likeliest token is always the same.
  for (let index = 0; index < count; index += 1)
    faults.push(...(await faultsOfSeed(agent, String(index), { sampling: { temperature: 1, seed: index }, maxTokens: 800 })));
  expect(faults).toEqual([]);
}, 180_000);

import { statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLuci } from '../../src/app/create-luci.ts';
import { isLuciError } from '../../src/base/errors.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { damages, writeDamaged } from './damage.ts';

/**
 * Whether tier 0 tells a damaged model from a sound one, by hand: `node scripts/run-typescript.mjs test/models/damaged-models.ts FILE...
 * [--only TEXT] [--seed S]`. Writes a copy of each model file with each kind of damage and tests it. Exit status 1: one of them passed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '0' } },
});
for (const path of positionals) {
  process.stdout.write(`${path.split(/[\\/]/).at(-1)}, ${Math.round(statSync(path).size / 1e6)} MB, seed ${values.seed}\n`);
  for (const damage of damages.filter(({ name }) => name.includes(values.only))) {
    const verdict = await tested(path, damage);
    process.stdout.write(`  ${damage.name}: ${verdict}\n`);
    if (verdict.startsWith('pass')) process.exitCode = 1;
  }
}

/** The verdict on a damaged copy. A tier ends when its verdict is certain. */
async function tested(path: string, damage: (typeof damages)[number]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'luci-damaged-'));
  try {
    await mkdir(join(home, 'models'));
    writeDamaged(path, join(home, 'models', 'damaged.gguf'), damage);
    await using luci = createLuci(resolveSettings({ home, offline: true, keepAliveSeconds: 1 }, { PATH: process.env['PATH'] ?? '' }));
    try {
      const [result] = await luci.tests.run({ tier: 0, fast: true, seed: values.seed });
      const [tier] = result?.tiers ?? [];
      return tier ? `${tier.verdict}, ${tier.passed} right, ${tier.failed} wrong, ${tier.errors} errors` : 'was not tested';
    } catch (error) {
      if (isLuciError(error)) return `does not run: ${error.message.split('\n')[0]}`;
      throw error;
    } finally {
      await luci.engine.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the licence texts of what is bundled go with it', async () => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'dist', 'THIRD-PARTY.txt'), 'utf8');
  const { dependencies } = JSON.parse(await readFile(join(import.meta.dirname, '..', '..', 'src', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies).filter((name) => name !== 'esbuild'))
    expect(text).toContain(`${name} ${dependencies[name]} (`);
  expect(text.match(/^Copyright|^\(c\)|MIT License/gim)?.length).toBeGreaterThan(20);
});

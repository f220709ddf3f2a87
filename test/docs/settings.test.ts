import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsPage } from './settings-page.ts';

/** docs/settings.md is the table, and the table is all there is. */

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'settings.md'), 'utf8');

test('docs/settings.md is made from the table of now; npm run settings-page writes it', () => {
  expect(page).toBe(settingsPage());
});

test('every variable of luci that the sources name is in it', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'));
  const names = new Set(
    [...sources, readFileSync(join(root, 'scripts', 'starter.cjs'), 'utf8')].flatMap((text) => text.match(/\bLUCI_[A-Z_]+\b/g) ?? []),
  );
  // The build puts the version there; no variable.
  names.delete('LUCI_VERSION');
  expect(names.size).toBeGreaterThan(9);
  expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

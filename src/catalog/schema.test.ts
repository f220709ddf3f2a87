import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishedCatalogSchema, schemaPath } from '../../test/catalog/source-definition.ts';
import { dataPath } from '../base/parts.ts';
import { entrySchema } from './entry.ts';

const schema = JSON.parse(readFileSync(dataPath('catalog', 'models.schema.json'), 'utf8')) as {
  $defs: { entry: { properties: Record<string, unknown>; required: string[] } };
};

test('the published schema names the same fields as the one entries are checked with', () => {
  const fields = entrySchema.pipe[0].entries;
  expect(Object.keys(schema.$defs.entry.properties).sort()).toEqual(Object.keys(fields).sort());
  const required = Object.entries(fields).filter(([, field]) => field.type !== 'optional');
  expect(schema.$defs.entry.required.toSorted()).toEqual(required.map(([name]) => name).sort());
});

test('what the published schema says of sources is what they are checked with', () => {
  expect(readFileSync(schemaPath, 'utf8').replace(/\s+/g, '')).toBe(publishedCatalogSchema().replace(/\s+/g, ''));
});

test('docs/catalog.md is what the catalogue says', () => {
  const script = join(dataPath('catalog', '..'), 'scripts', 'catalog-report.mjs');
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});

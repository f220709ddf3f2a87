import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { catalogSourceSchema } from '../../src/sources/kinds.ts';

/** catalog/models.schema.json, whose part about sources is made of the table of kinds. */

/** Where it lies, from the root of the tree. */
export const schemaPath = 'catalog/models.schema.json';

/** The file's text with `$defs.source` as the table of kinds has it. */
export function publishedCatalogSchema(): string {
  const { $schema: _, ...source } = toJsonSchema(catalogSourceSchema, { target: 'draft-2020-12' });
  const definition = { description: 'A place that has the bytes of the file; one form a kind.', ...source };
  const text = readFileSync(schemaPath, 'utf8');
  // It stands last; all before it is written by hand.
  const [byHand] = text.split(/,\s*"source": \{/);
  return `${byHand},\n"source": ${JSON.stringify(definition, null, 2)}}}\n`;
}

import { toJsonSchema } from '@valibot/to-json-schema';
import { namedParts, suiteFileSchema } from '../../src/tiers/own/schema.ts';

/** The JSON schema of suite files for editors and other programs, made of the one that files are checked with. */
export function publishedSchema(): string {
  const schema = toJsonSchema(suiteFileSchema, { definitions: namedParts, target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'luci-suite', title: "A suite of one's own for luci test; see docs/testing.md.", ...schema }, null, 1)}\n`;
}

// npm run catalog-schema: writes the sources' part of catalog/models.schema.json.
import { writeFileSync } from 'node:fs';
import { publishedCatalogSchema, schemaPath } from './source-definition.ts';

writeFileSync(schemaPath, publishedCatalogSchema());

// npm run suite-schema: writes suites/suite.schema.json.
import { writeFileSync } from 'node:fs';
import { publishedSchema } from './published-schema.ts';

writeFileSync('suites/suite.schema.json', publishedSchema());

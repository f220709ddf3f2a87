import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withChecks } from './conform-page.ts';

/** npm run conform-page: writes the table of docs/conform.md. */

const path = join(process.cwd(), 'docs', 'conform.md');
writeFileSync(path, withChecks(readFileSync(path, 'utf8')));

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage, manualPage } from './commands-page.ts';

/** npm run commands-page: writes docs/commands.md and docs/luci.1. */

writeFileSync(join(process.cwd(), 'docs', 'commands.md'), commandsPage());
writeFileSync(join(process.cwd(), 'docs', 'luci.1'), manualPage());

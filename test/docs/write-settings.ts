import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsPage } from './settings-page.ts';

/** npm run settings-page: writes docs/settings.md. */

writeFileSync(join(process.cwd(), 'docs', 'settings.md'), settingsPage());

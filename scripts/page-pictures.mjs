// npm run page-pictures: docs/pictures/page-*.png, the page of luci serve with a made-up chat and made-up test runs. Needs Chromium
// (CHROMIUM names it). With --all FOLDER every room there, narrow and wide, dark and light, to look at.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const pictures = join(root, 'docs', 'pictures');
const maxBytes = 150_000;

const at = process.argv.indexOf('--all');
const asked = at === -1 ? [pictures] : [process.argv[at + 1] ?? '.', '--all'];
run([join(root, 'scripts', 'build.mjs')]);
run([join(root, 'scripts', 'run-typescript.mjs'), join(root, 'test', 'fixtures', 'made-up-page.ts'), ...asked]);
for (const name of readdirSync(pictures).filter((each) => each.startsWith('page-'))) {
  const { size } = statSync(join(pictures, name));
  if (size > maxBytes) throw new Error(`${name} has ${size} bytes, more than ${maxBytes}`);
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}`);
}

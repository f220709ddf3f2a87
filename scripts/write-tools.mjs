// Writes src/agent/tools/tool-list.ts: every tool of that folder, so that a new one is its own file and nothing else.
// --check writes nothing and fails when the list is not current.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = process.argv.find((_, index) => process.argv[index - 1] === '--root') ?? dirname(import.meta.dirname);
const folder = join(root, 'src', 'agent', 'tools');
const listPath = join(folder, 'tool-list.ts');

const tools = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort()
  .flatMap((file) => {
    const [, name] = /^export const (\w+): BuiltInTool = /m.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
    return name && file !== 'tool-list.ts' ? [{ file, name }] : [];
  });

const text = `/** Written by scripts/write-tools.mjs: the tools of this folder. */

${tools.map(({ file, name }) => `export { ${name} } from './${file}';\n`).join('')}`;

if (text !== current()) {
  if (process.argv.includes('--check')) {
    process.stderr.write('src/agent/tools/tool-list.ts is not what the tools beside it make of it: node scripts/write-tools.mjs\n');
    process.exitCode = 1;
  } else {
    writeFileSync(listPath, text);
  }
}

function current() {
  try {
    return readFileSync(listPath, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

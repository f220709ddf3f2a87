// What the linter does not see: other spellings of process.env outside src/config/environment.ts, and require() of a file.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = process.argv[2] ?? dirname(import.meta.dirname);
const source = join(root, 'src');
const reader = join('src', 'config', 'environment.ts');
const rules = [
  { pattern: /\{[^{}]*\benv\b[^{}]*\}\s*=\s*(globalThis\.)?process\b/, message: `reads the environment; only ${reader} may` },
  { pattern: /\bprocess\s*\[\s*['"`]env/, message: `reads the environment; only ${reader} may` },
  { pattern: /\b(from|require\(|import\()\s*['"](node:)?process['"]/, message: 'imports process, which hides who reads the environment' },
  // The linter checks the directions of imports; require() goes past it.
  // Cases hold the text of made-up projects.
  { pattern: /\brequire\(\s*['"`](\.|node-llama-cpp)/, message: 'requires a file; import it', except: join('src', 'tiers', 'cases') },
];

let found = 0;
for (const path of filesIn(source)) {
  const name = relative(root, path);
  if (name === reader) continue;
  const text = readFileSync(path, 'utf8');
  for (const { pattern, message, except } of rules) {
    if (!pattern.test(text) || (except && name.startsWith(except))) continue;
    process.stderr.write(`${name}: ${message}\n`);
    found += 1;
  }
}
process.exitCode = found === 0 ? 0 : 1;

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return /\.ts$/.test(entry.name) ? [path] : [];
  });
}

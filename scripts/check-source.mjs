// What the linter does not see: other spellings of process.env outside src/config/environment.ts, require() of a file, a file that
// stands in no layer, and an import of values from a layer whose types alone may be used.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

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

const { layers } = JSON.parse(readFileSync(join(import.meta.dirname, 'layers.json'), 'utf8'));

let found = 0;
for (const path of filesIn(source)) {
  const name = relative(root, path);
  if (name === reader) continue;
  const text = readFileSync(path, 'utf8');
  const broken = rules.filter(({ pattern, except }) => pattern.test(text) && !(except && name.startsWith(except)));
  for (const message of [...broken.map((rule) => rule.message), ...brokenLayers(name, text)]) {
    process.stderr.write(`${name}: ${message}\n`);
    found += 1;
  }
}
process.exitCode = found === 0 ? 0 : 1;

/** @returns What a file does against the table of layers that the linter's rules of imports cannot say. */
function brokenLayers(name, text) {
  const unit = relative('src', name).split(sep)[0];
  const layer = layers.find((one) => one.name === unit);
  if (!layer) return [`stands in no layer: scripts/layers.json has no row for ${unit}`];
  // A line that ends with `from '…'` and does not begin with `import type` or `export type` brings values. Tests may use them.
  if (/\.test\.ts$/.test(name)) return [];
  const values = text.matchAll(/^(?:(?:import|export)(?! type\b)[^;'"]*?\bfrom\s*|.*\bimport\(\s*|import\s*)['"`](\.[^'"`]*)['"`]/gms);
  const units = [...values].map(([, path]) => relative('src', join(dirname(name), path)).split(sep)[0]);
  return (layer.types ?? [])
    .filter((type) => units.includes(type))
    .map((type) => `imports values from ${type}; only its types may be used`);
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return /\.ts$/.test(entry.name) ? [path] : [];
  });
}

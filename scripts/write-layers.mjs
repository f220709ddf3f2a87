// Writes what is made of scripts/layers.json: the linter's rules of imports (biome.layers.json) and the table in ARCHITECTURE.md.
// --check writes nothing and fails when one of them is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = process.argv.find((_, index) => process.argv[index - 1] === '--root') ?? dirname(import.meta.dirname);
const { layers, packages } = JSON.parse(readFileSync(join(root, 'scripts', 'layers.json'), 'utf8'));
const upward = 'Imports point down only: see the table of layers in ARCHITECTURE.md.';
const markers = ['<!-- layers: written by scripts/write-layers.mjs -->', '<!-- end of layers -->'];

const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const made = [
  ['biome.layers.json', `${JSON.stringify({ overrides: overrides() }, undefined, 2)}\n`],
  ['ARCHITECTURE.md', withTable(architecture)],
];
for (const [name, text] of made) {
  const path = join(root, name);
  if (text === read(path)) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${name} is not what scripts/layers.json makes of it: node scripts/write-layers.mjs\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
  }
}

/** A rule a layer, then one for each folder that alone may import a package: the linter heeds the last that fits. */
function overrides() {
  const all = layers.map((layer) => override(include(layer.name), layer, packages));
  for (const folder of new Set(Object.values(packages))) {
    const layer = layers.find((one) => folder.split('/')[0] === one.name);
    const others = Object.fromEntries(Object.entries(packages).filter(([, home]) => home !== folder));
    all.push(override(include(folder), layer, others));
  }
  return all;
}

function override(includes, layer, refusedPackages) {
  const allowed = [layer.name, ...layer.imports, ...(layer.types ?? [])];
  const refused = layers.filter(({ name }) => !allowed.includes(name)).map(({ name }) => `**/${include(name).replace(/^src\//, '')}`);
  const paths = Object.fromEntries(Object.entries(refusedPackages).map(([name, folder]) => [name, `Only src/${folder}/ imports it.`]));
  const patterns = refused.length === 0 ? [] : [{ group: refused, message: upward }];
  return {
    includes: [includes],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { paths, patterns } } } } },
  };
}

/** A layer is a folder of src, or one file of its root. */
function include(name) {
  return name.endsWith('.ts') ? `src/${name}` : `src/${name}/**`;
}

function withTable(text) {
  const [start, end] = markers.map((marker) => text.indexOf(marker));
  if (start < 0 || end < start) throw new Error(`ARCHITECTURE.md lacks the markers ${markers.join(' and ')}`);
  const rows = layers.map(({ name, imports, types = [], holds }) => {
    const all = [...imports, ...(types.length === 0 ? [] : [`types of ${types.join(' ')}`])];
    return `| ${name} | ${holds} | ${all.join(' ') || '-'} |`;
  });
  const table = ['| layer | holds | may import |', '|---|---|---|', ...rows].join('\n');
  return `${text.slice(0, start)}${markers[0]}\n${table}\n${text.slice(end)}`;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

// Writes docs/catalog.md from catalog/models.json: counts, and what is not known. `--check` only says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const path = join(root, 'docs', 'catalog.md');
const entries = JSON.parse(readFileSync(join(root, 'catalog', 'models.json'), 'utf8'));
const report = render(entries);

if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== report) {
    process.stderr.write('docs/catalog.md is not what catalog/models.json says.\n  npm run catalog\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, report);
}

function render(models) {
  const filesOf = (model) => model.files ?? [model];
  const hasAll = (field) => (model) => filesOf(model).every((file) => file[field] !== undefined);
  const count = (test) => models.filter(test).length;
  const purposes = [...new Set(models.flatMap(({ purposes = [] }) => purposes))].sort(
    (a, b) => count(({ purposes = [] }) => purposes.includes(b)) - count(({ purposes = [] }) => purposes.includes(a)),
  );
  const tiers = [0, 1, 2, 3];
  const at = (tier, purpose) => count((model) => model.tier === tier && (purpose === undefined || model.purposes?.includes(purpose)));
  const names = (test) =>
    models
      .filter(test)
      .map(({ name }) => name)
      .join(', ') || 'none';
  return `${[
    '# The catalogue',
    '',
    'Made from `catalog/models.json` by `npm run catalog`; a test fails when the two differ. The form of an entry is in',
    '`catalog/models.schema.json`. Your own entries go into `catalog.json` beside `config.json` (`luci config path`), an array of the same form; they win over these.',
    '',
    `${models.length} models under ${models.reduce((sum, { aliases = [] }) => sum + 1 + aliases.length, 0)} names.`,
    '',
    '## Models by tier and purpose',
    '',
    `| tier | all | ${purposes.join(' | ')} |`,
    `|---|---|${purposes.map(() => '---').join('|')}|`,
    ...tiers.map((tier) => `| ${tier} | ${at(tier)} | ${purposes.map((purpose) => at(tier, purpose)).join(' | ')} |`),
    '',
    '## How far each is proven',
    '',
    '| what is known | models |',
    '|---|---|',
    `| sha256 of every file (\`confidence: digest\` or \`bytes\`) | ${count(hasAll('sha256'))} |`,
    `| the whole file was fetched, and its bytes have that sha256 (\`confidence: bytes\`) | ${count(({ confidence }) => confidence === 'bytes')} |`,
    `| commit at which it holds | ${count(({ revision }) => revision !== undefined)} |`,
    `| exact size | ${count(hasAll('sizeBytes'))} |`,
    `| split into parts | ${count((model) => model.files !== undefined)} |`,
    `| a second source of the same bytes | ${count(({ repo, alsoFrom }) => repo !== undefined && alsoFrom !== undefined)} |`,
    `| not on the hub with these bytes, only in Python packages | ${count(({ repo }) => repo === undefined)} |`,
    '',
    'A size that is not known is asked from the hub before an install; offline it is reckoned from the parameters and shown as "about".',
    'Where no digest is known, the digest and commit of the first install are recorded and held from then on; luci says that nobody vouched for it.',
    '',
    `Proven on the bytes themselves: ${names(({ confidence }) => confidence === 'bytes')}.`,
    '',
    `Without a digest: ${names((model) => !hasAll('sha256')(model))}.`,
    '',
    `Context length not known before the file is here: ${names(({ contextLength }) => contextLength === undefined)}.`,
    '',
    '## By family',
    '',
    '| family | models |',
    '|---|---|',
    ...[...new Set(models.map(({ family }) => family))]
      .sort()
      .map((family) => `| ${family} | ${names((model) => model.family === family)} |`),
    '',
  ].join('\n')}`;
}

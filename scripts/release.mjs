// What a release takes: node scripts/release.mjs VERSION [--dry-run]. Checks, writes version and changelog, commits, tags, packs; publishes nothing.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const [version, ...flags] = process.argv.slice(2);
const isDry = flags.includes('--dry-run');
if (version === undefined || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) || flags.some((flag) => flag !== '--dry-run'))
  end('usage: node scripts/release.mjs VERSION [--dry-run], as in 0.2.0', 2);

const manifestPath = join(root, 'package.json');
const changelogPath = join(root, 'CHANGELOG.md');
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
const changelog = readFileSync(changelogPath, 'utf8');
const problems = [...stateProblems(), ...changelogProblems(), ...manifestProblems()];
for (const problem of problems) say(`✗ ${problem}`);
if (problems.length > 0 && !isDry) end('Nothing was changed.', 1);

run('the checks', 'npm', ['run', '--silent', 'check']);
const packed = JSON.parse(run('the package', 'npm', ['pack', '--dry-run', '--json', '--loglevel=error']));
const [{ files, size, unpackedSize }] = packed;
say(`✓ ${files.length} files, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`);
const strangers = files
  .map(({ path }) => path)
  .filter((path) => !/^(dist|catalog|docs|suites)\/|^(package\.json|(README|ARCHITECTURE|CHANGELOG|CONTRIBUTING)\.md|LICENSE)$/.test(path));
if (strangers.length > 0) end(`These files would be published and should not be: ${strangers.join(', ')}`, 1);

if (isDry)
  end(problems.length > 0 ? 'The dry run found what is listed above.' : `${version} can be released.`, problems.length > 0 ? 1 : 0);
writeFileSync(manifestPath, readFileSync(manifestPath, 'utf8').replace(/"version": "[^"]+"/, `"version": "${version}"`));
writeFileSync(
  changelogPath,
  changelog.replace('## Unreleased', `## Unreleased\n\n## ${version} (${new Date().toISOString().slice(0, 10)})`),
);
run('the lock file', 'npm', ['install', '--package-lock-only', '--omit-lockfile-registry-resolved', '--loglevel=error']);
run('the commit', 'git', ['commit', '--all', '--message', `Version ${version}`]);
run('the tag', 'git', ['tag', '--annotate', `v${version}`, '--message', `Version ${version}`]);
run('the package', 'npm', ['pack', '--loglevel=error']);
end(`luci-${version}.tgz is packed and v${version} is tagged. docs/releasing.md says what is done by hand now.`, 0);

function stateProblems() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();
  return [
    ...(git('status', '--porcelain') === '' ? [] : ['there are changes that are not committed']),
    ...(git('rev-parse', '--abbrev-ref', 'HEAD') === 'main' ? [] : ['this is not the branch main']),
    ...(git('tag', '--list', `v${version}`) === '' ? [] : [`v${version} is tagged already`]),
  ];
}

function changelogProblems() {
  const unreleased = /## Unreleased\n([\s\S]*?)(\n## |$)/.exec(changelog)?.[1]?.trim();
  if (unreleased === undefined) return ['CHANGELOG.md has no part "Unreleased"'];
  return unreleased === '' ? ['CHANGELOG.md says nothing under "Unreleased"'] : [];
}

/** What a registry shows of a package. The addresses are those of the place the project is published at. */
function manifestProblems() {
  const wanted = ['description', 'license', 'keywords', 'repository', 'bugs', 'homepage'];
  return wanted.filter((field) => manifest[field] === undefined).map((field) => `package.json has no "${field}"`);
}

function run(what, file, args) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  if (status === 0) return stdout;
  return end(`✗ ${what}: ${error?.message ?? `${stderr}${stdout}`.trim().slice(-2000)}`, 1);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function end(line, status) {
  say(line);
  process.exit(status);
}

// npm run example-report: docs/example-report.html, made by the real program: the starter installed into an empty home and tested twice
// with the same seed (the answers must be the same), then pictures of the page in docs/pictures. LUCI_PICTURE_MODEL names the starter's
// file where it shall not be fetched; pictures need Chromium (CHROMIUM names it). About four minutes on an idle machine;
// with --pictures only the pictures of the page that is there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), 'luci-example-'));
const home = join(folder, 'home');
const page = join(root, 'docs', 'example-report.html');
const madeUp = join(folder, 'made-up.html');

try {
  run([join(root, 'scripts', 'setup.mjs'), '--tools', '--if-needed']);
  if (!process.argv.includes('--pictures')) makePage();
  run([join(root, 'scripts', 'run-typescript.mjs'), join(root, 'test', 'fixtures', 'made-up-report.ts'), madeUp]);
  const browser = findBrowser();
  if (!browser) throw new Error('no Chromium was found, so the pictures are the old ones (CHROMIUM=/path/to/it)');
  picture(browser, page, 'report-starter', 1000, 900);
  picture(browser, madeUp, 'report-many-models', 1200, 880);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Installs, tests twice, compares, writes. */
function makePage() {
  luci(['install', process.env.LUCI_PICTURE_MODEL ?? 'smollm2-135m', '--yes']);
  const [first, second] = [answers(), answers()];
  if (first.length !== 30) throw new Error(`30 answers were expected, there are ${first.length}`);
  const differing = first.filter((answer, index) => answer !== second[index]);
  if (differing.length > 0) throw new Error(`${differing.length} answers differ between two runs:\n${differing.join('\n')}`);
  say(`${first.length} answers, the same in both runs`);
  luci(['test', 'report', '--report', page]);
  const html = readFileSync(page, 'utf8');
  for (const path of [homedir(), root, folder]) if (html.includes(path)) throw new Error(`${page} holds the path ${path}`);
}

/** Case, verdict and every word of each answer of a fresh run. */
function answers() {
  const events = luci(['test', '--repeats', '3', '--seed', '0', '--fresh', '--json'], [0, 8]).trim().split('\n');
  return events
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'case')
    .map(({ result }) => JSON.stringify([result.caseId, result.variant, result.status, result.reason, result.turns]));
}

function luci(args, allowed = [0]) {
  return run([join(root, 'dist', 'cli.cjs'), ...args], allowed);
}

function run(args, allowed = [0]) {
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, LUCI_HOME: home, LUCI_KEEP_ALIVE: '10' }, // The engine's process leaves by itself.
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e8,
  });
  if (!allowed.includes(status)) throw new Error(`${args.slice(1).join(' ')} ended with ${status}`);
  return stdout;
}

function findBrowser() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter((name) => name);
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

function picture(browser, html, name, width, height) {
  const path = join(root, 'docs', 'pictures', `${name}.png`);
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'];
  const where = [`--user-data-dir=${mkdtempSync(join(folder, 'browser-'))}`, `--window-size=${width},${height}`, `--screenshot=${path}`];
  const { status } = spawnSync(browser, [...flags, ...where, `file://${html}`], { stdio: 'ignore' });
  const { size } = statSync(path);
  if (status !== 0 || size > 200_000) throw new Error(`${path}: the browser ended with ${status}, the picture has ${size} bytes`);
  say(`${path}  ${size} bytes`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

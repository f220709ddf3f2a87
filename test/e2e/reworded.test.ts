import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import type { Fault } from '../fixtures/hub/faults.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { program } from './luci-process.ts';

/** The built luci once as it is, and once with every message of its errors replaced: it decides the same. */

const root = join(import.meta.dirname, '..', '..');
let reworded: string;
beforeAll(() => {
  reworded = mkdtempSync(join(tmpdir(), 'luci-reworded-'));
  // The code cache would bring back what was compiled before.
  cpSync(join(root, 'dist'), join(reworded, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.cache') });
  for (const name of ['catalog', 'suites', 'node_modules', 'package.json']) symlinkSync(join(root, name), join(reworded, name));
  let count = 0;
  for (const name of readdirSync(join(reworded, 'dist')).filter((file) => /\.(c|m)?js$/.test(file))) {
    const path = join(reworded, 'dist', name);
    const text = readFileSync(path, 'utf8').replace(/super\(message\d*,/g, () => {
      count += 1;
      return 'super("reworded",';
    });
    writeFileSync(path, text);
  }
  expect(count).toBeGreaterThan(0);
});
afterAll(() => rmSync(reworded, { recursive: true }));

interface Outcome {
  readonly exitCode: number | null;
  readonly codes: readonly string[];
  readonly files: readonly string[];
  readonly requests: readonly string[];
}

function run(
  file: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, HF_TOKEN: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

async function outcomeOf(file: string, faults: readonly Fault[], args: readonly string[]): Promise<Outcome & { readonly stderr: string }> {
  await using hub = await startHub();
  const home = mkdtempSync(join(tmpdir(), 'luci-worded-'));
  try {
    hub.add({ repo: 'owner/tiny-GGUF', path: 'tiny.gguf', bytes: tinyGguf(), faults });
    writeFileSync(join(home, 'page.gguf'), '<html>');
    const given = args.map((word) => word.replace('HOME', home));
    const { exitCode, stdout, stderr } = await run(file, [...given, '--json', '--connections', '1'], {
      LUCI_HOME: home,
      HF_ENDPOINT: hub.endpoint,
    });
    const events = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { error?: { code: string } });
    const codes = events.flatMap(({ error }) => (error ? [error.code] : []));
    const files = readdirSync(join(home, 'models'), { recursive: true, encoding: 'utf8' })
      .filter((name) => !/journal|lock/.test(name))
      .sort();
    return { exitCode, codes, files, requests: hub.requests.map(({ side }) => side), stderr };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error(`no models folder: ${args.join(' ')}`, { cause: error });
    throw error;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const install = ['install', 'owner/tiny-GGUF', '-y'];
const cases: readonly (readonly [string, readonly Fault[], readonly string[]])[] = [
  ['all is well', [], install],
  ['a connection that is cut', [{ kind: 'cut', afterBytes: 1000 }], install],
  ['a signature that expired', [{ kind: 'expired' }], install],
  ['a server that asks to slow down', [{ kind: 'status', side: 'cdn', status: 429, headers: { 'Retry-After': '1' } }], install],
  ['a server that is down for a moment', [{ kind: 'status', side: 'cdn', status: 503 }], install],
  ['a server that refuses for good', [{ kind: 'status', side: 'cdn', status: 451, times: 99 }], install],
  ['a login page in place of the bytes', [{ kind: 'page', times: 99 }], install],
  ['a server that sends the whole file', [{ kind: 'ignore-range', times: 99 }], install],
  ['a packed body', [{ kind: 'gzip' }], install],
  ['a wrong bit', [{ kind: 'flip', byte: 5000, times: 99 }], install],
];

test.each(cases)('%s: the same decisions whatever the messages say', async (_, faults, args) => {
  const told = await outcomeOf(program, faults, args);
  const { stderr, ...decided } = await outcomeOf(join(reworded, 'dist', 'cli.cjs'), faults, args);
  expect(decided).toEqual({ exitCode: told.exitCode, codes: told.codes, files: told.files, requests: told.requests });
  if (told.exitCode !== 0) expect(stderr).toContain('reworded');
});

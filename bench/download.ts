// npm run bench:download [-- --mib 2048 --capped-mib 512 --rounds 5]: a verified file from a local server, by `luci install` (the whole
// command) and by its rivals with `openssl dgst -sha256` behind them, in paired rounds. A rival that is missing is shown as skipped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '2048' },
    'capped-mib': { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '5' },
  },
});
const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-download-'));
const rounds = Number(values.rounds);

interface Served {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

function makeFile(mib: number): Served {
  const path = join(folder, `file-${mib}.gguf`);
  const file = openSync(path, 'w');
  const hash = createHash('sha256');
  const block = randomBytes(1024 ** 2);
  const head = tinyGguf();
  writeSync(file, head);
  hash.update(head);
  for (let count = 0; count < mib; count += 1) {
    block.writeUInt32LE(count, 0);
    writeSync(file, block);
    hash.update(block);
  }
  closeSync(file);
  return { path, sizeBytes: statSync(path).size, sha256: hash.digest('hex') };
}

function startServer(served: Served, more: readonly string[]): Promise<{ url: string; child: ChildProcess }> {
  const args = [join(root, 'scripts', 'run-typescript.mjs'), join(root, 'bench', 'download-server.ts'), '--file', served.path, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => child.stdout.once('data', (line: Buffer) => resolve({ url: line.toString().trim(), child })));
}

/** Runs a program; its time, and the peak of its resident memory. */
function run(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<{ ms: number; peakMB: number }> {
  const startedAt = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let peakMB = 0;
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakMB = Math.max(peakMB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000);
    } catch {
      // No such file here, or the program has ended.
    }
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('close', (exitCode) => {
      clearInterval(timer);
      if (exitCode === 0) resolve({ ms: performance.now() - startedAt, peakMB });
      else reject(new Error(`${file} ${args.join(' ')} ended with ${exitCode}: ${stderr}`));
    });
  });
}

async function byLuci(url: string, served: Served, certificate: string, connections: string): Promise<{ ms: number; peakMB: number }> {
  const home = join(folder, 'home');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const { sizeBytes, sha256 } = served;
  const entry = { name: 'bench-file', aliases: [], parametersB: 1, tier: 0, license: 'MIT', quantization: 'Q4_K_M', repo: 'bench/file' };
  const pin = { revision: 'a'.repeat(40), file: 'file.gguf', sizeBytes, sha256 };
  writeFileSync(join(home, 'catalog.json'), JSON.stringify([{ ...entry, ...pin }]));
  return run(
    process.execPath,
    [join(root, 'dist', 'cli.cjs'), 'install', 'bench-file', '-y', '-q', '--connections', connections, '--home', home],
    {
      HF_ENDPOINT: url,
      HF_TOKEN: '',
      NODE_EXTRA_CA_CERTS: certificate,
    },
  );
}

/** The rival's download, then its digest compared. */
async function byRival(file: string, args: readonly string[], served: Served): Promise<{ ms: number; peakMB: number }> {
  const target = join(folder, 'rival.gguf');
  rmSync(target, { force: true });
  const script = `"$0" "$@" && openssl dgst -sha256 '${target}' | grep -q ${served.sha256}`;
  return run('sh', ['-c', script, file, ...args]);
}

const isThere = (file: string): boolean => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;

async function measure(title: string, served: Served, serverFlags: readonly string[], certificate: string): Promise<string[][]> {
  const { url, child } = await startServer(served, serverFlags);
  const address = `${url}/file.gguf`;
  const target = 'rival.gguf';
  const aria = ['-x16', '-s16', '-k1M', '--check-certificate=false', '--file-allocation=none', '-q', '-d', folder, '-o', target, address];
  const rivals = [
    { name: 'luci install', isThere: true, go: () => byLuci(url, served, certificate, title.includes('capped') ? '16' : '8') },
    { name: 'aria2c -x16 -s16 -k1M + openssl', isThere: isThere('aria2c'), go: () => byRival('aria2c', aria, served) },
    {
      name: 'curl + openssl',
      isThere: isThere('curl') && !title.includes('capped'),
      go: () => byRival('curl', ['-sSk', '-o', join(folder, target), address], served),
    },
  ];
  const results: { ms: number; peakMB: number }[][] = rivals.map(() => []);
  for (let round = -1; round < rounds; round += 1)
    for (const [index, rival] of rivals.entries()) {
      if (!rival.isThere) continue;
      const result = await rival.go();
      if (round >= 0) results[index]?.push(result);
    }
  child.kill();
  const own = results[0] ?? [];
  return rivals.map(({ name, isThere: measured }, index) => {
    const row = results[index] ?? [];
    if (!measured) return [title, name, 'skipped', '', ''];
    // luci's time divided by the rival's, round by round.
    const ratio = median(own.map(({ ms }, round) => ms / (row[round]?.ms ?? Number.NaN)));
    const seconds = (median(row.map(({ ms }) => ms)) / 1000).toFixed(2);
    return [
      title,
      name,
      `${seconds} s`,
      index === 0 ? '' : ratio.toFixed(2),
      index === 0 ? `${Math.max(...row.map(({ peakMB }) => peakMB)).toFixed(0)} MB` : '',
    ];
  });
}

try {
  const certificate = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
    '-days',
    '2',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ]);
  const large = makeFile(Number(values.mib));
  const capped = makeFile(Number(values['capped-mib']));
  const rows = [
    ...(await measure(`${values.mib} MiB, plain`, large, [], certificate)),
    ...(await measure(`${values.mib} MiB, TLS`, large, ['--key', key, '--cert', certificate], certificate)),
    ...(await measure(
      `${values['capped-mib']} MiB, capped at 20 MB/s a connection, 16 of them`,
      capped,
      ['--rate', '20000000'],
      certificate,
    )),
  ];
  process.stdout.write(`${markdown(['what', 'by', 'median', 'luci / rival', 'peak memory'], rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';

/** What the benchmarks of downloads share: a file to fetch, a server that has it, `luci install` of it, and a look at its memory. */

const root = process.cwd();

/** A file that is served. */
export interface Served {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A file of so many MiB that begins as a GGUF. */
export function makeFile(folder: string, mib: number): Served {
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

/** Serves it; prints its address. */
export function startServer(served: Served, more: readonly string[]): Promise<{ url: string; child: ChildProcess }> {
  const args = [join(root, 'scripts', 'run-typescript.mjs'), join(root, 'bench', 'download-server.ts'), '--file', served.path, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => child.stdout.once('data', (line: Buffer) => resolve({ url: line.toString().trim(), child })));
}

/** Runs a program; its time, and the peak of its resident memory. */
export function run(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<{ ms: number; peakMB: number }> {
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

/** The command that installs the file into an empty home, and its environment. */
export function installCommand(folder: string, url: string, served: Served, certificate: string) {
  const home = join(folder, 'home');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const { sizeBytes, sha256 } = served;
  const entry = { name: 'bench-file', aliases: [], parametersB: 1, tier: 0, license: 'MIT', quantization: 'Q4_K_M', repo: 'bench/file' };
  const pin = { revision: 'a'.repeat(40), file: 'file.gguf', sizeBytes, sha256 };
  writeFileSync(join(home, 'catalog.json'), JSON.stringify([{ ...entry, ...pin }]));
  const args = [join(root, 'dist', 'cli.cjs'), 'install', 'bench-file', '-y', '--home', home];
  return { home, file: process.execPath, args, environment: { HF_ENDPOINT: url, HF_TOKEN: '', NODE_EXTRA_CA_CERTS: certificate } };
}

/** A certificate for the loopback address. */
export function makeCertificate(folder: string): { key: string; certificate: string } {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', ...subject]);
  return { key, certificate };
}

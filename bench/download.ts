// npm run bench:download [-- --mib 2048 --capped-mib 512 --rounds 5 --only downloads|readers]: a verified file from a local server, by `luci install` (the whole
// command) and by its rivals with `openssl dgst -sha256` behind them, in paired rounds; then ranges alone, by
// luci's reader and by undici's client. A rival that is missing is shown as skipped.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installCommand, makeCertificate, makeFile, run, type Served, startServer } from './download-parts.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '2048' },
    'capped-mib': { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-download-'));
const rounds = Number(values.rounds);

function byLuci(url: string, served: Served, certificate: string, connections: string): Promise<{ ms: number; peakMB: number }> {
  const { file, args, environment } = installCommand(folder, url, served, certificate);
  return run(file, [...args, '-q', '--connections', connections], environment);
}

/** The rival's download, then its digest compared. */
async function byRival(file: string, args: readonly string[], served: Served): Promise<{ ms: number; peakMB: number }> {
  const target = join(folder, 'rival.gguf');
  rmSync(target, { force: true });
  const script = `"$0" "$@" && openssl dgst -sha256 '${target}' | grep -q ${served.sha256}`;
  return run('sh', ['-c', script, file, ...args]);
}

const isThere = (file: string): boolean => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;

/** One of those that take turns. */
interface Contender {
  readonly name: string;
  readonly isThere: boolean;
  go(): Promise<{ ms: number; peakMB: number }>;
}

/** Whole downloads: `luci install` and what people would use in its place. */
async function measureDownloads(title: string, served: Served, flags: readonly string[], certificate: string): Promise<string[][]> {
  const { url, child } = await startServer(served, flags);
  const address = `${url}/file.gguf`;
  const target = 'rival.gguf';
  const aria = ['-x16', '-s16', '-k1M', '--check-certificate=false', '--file-allocation=none', '-q', '-d', folder, '-o', target, address];
  return takeTurns(title, child, [
    { name: 'luci install', isThere: true, go: () => byLuci(url, served, certificate, title.includes('capped') ? '16' : '8') },
    { name: 'aria2c -x16 -s16 -k1M + openssl', isThere: isThere('aria2c'), go: () => byRival('aria2c', aria, served) },
    {
      name: 'curl + openssl',
      isThere: isThere('curl') && !title.includes('capped'),
      go: () => byRival('curl', ['-sSk', '-o', join(folder, target), address], served),
    },
  ]);
}

/** Ranges alone, read by luci's own reader and by undici's client: nothing but sockets and writes. */
async function measureReaders(title: string, served: Served, flags: readonly string[], certificate: string): Promise<string[][]> {
  const { url, child } = await startServer(served, flags);
  const program = [join('scripts', 'run-typescript.mjs'), join('bench', 'read-ranges.ts')];
  const target = join(folder, 'ranges.gguf');
  const read = (by: string) => (): Promise<{ ms: number; peakMB: number }> => {
    rmSync(target, { force: true });
    const args = [...program, '--by', by, '--url', `${url}/file.gguf`, '--bytes', String(served.sizeBytes), '--target', target];
    return run(process.execPath, args, { NODE_EXTRA_CA_CERTS: certificate });
  };
  return takeTurns(title, child, [
    { name: 'ranges alone, src/net/range-connection.ts', isThere: true, go: read('luci') },
    { name: 'ranges alone, undici Client', isThere: true, go: read('undici') },
  ]);
}

async function playRounds(contenders: readonly Contender[], results: { ms: number; peakMB: number }[][]): Promise<void> {
  for (let round = -1; round < rounds; round += 1)
    for (const [index, contender] of contenders.entries()) {
      if (!contender.isThere) continue;
      const result = await contender.go();
      if (round >= 0) results[index]?.push(result);
    }
}

async function takeTurns(title: string, server: ChildProcess, contenders: readonly Contender[]): Promise<string[][]> {
  const results: { ms: number; peakMB: number }[][] = contenders.map(() => []);
  try {
    await playRounds(contenders, results);
  } finally {
    server.kill();
  }
  const own = results[0] ?? [];
  return contenders.map(({ name, isThere: measured }, index) => {
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
      `${Math.max(...row.map(({ peakMB }) => peakMB)).toFixed(0)} MB`,
    ];
  });
}

try {
  const { key, certificate } = makeCertificate(folder);
  const large = makeFile(folder, Number(values.mib));
  const capped = values['capped-mib'] === values.mib ? large : makeFile(folder, Number(values['capped-mib']));
  const tls = ['--key', key, '--cert', certificate];
  const cap = `${values['capped-mib']} MiB, capped at 20 MB/s a connection, 16 of them`;
  const rows: string[][] = [];
  if (values.only !== 'readers') {
    rows.push(...(await measureDownloads(`${values.mib} MiB, plain`, large, [], certificate)));
    rows.push(...(await measureDownloads(`${values.mib} MiB, TLS`, large, tls, certificate)));
    rows.push(...(await measureDownloads(cap, capped, ['--rate', '20000000'], certificate)));
  }
  if (values.only !== 'downloads') {
    rows.push(...(await measureReaders(`${values.mib} MiB, plain`, large, [], certificate)));
    rows.push(...(await measureReaders(`${values.mib} MiB, TLS`, large, tls, certificate)));
  }
  process.stdout.write(`${markdown(['what', 'by', 'median', 'luci / rival', 'peak memory'], rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

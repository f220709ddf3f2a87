// npm run bench:download [-- --mib 2048 --capped-mib 512 --rounds 5]: a verified file from a local server, by `luci install` (the whole
// command) and by its rivals with `openssl dgst -sha256` behind them, in paired rounds. A rival that is missing is shown as skipped.
import { spawnSync } from 'node:child_process';
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
  const { key, certificate } = makeCertificate(folder);
  const large = makeFile(folder, Number(values.mib));
  const capped = values['capped-mib'] === values.mib ? large : makeFile(folder, Number(values['capped-mib']));
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

// npm run bench:limits [-- --gib 1,2,4,8 --stops 20]: memory of a download by its size, how exactly --max-rate holds, how soon Ctrl+C ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { installCommand, makeCertificate, makeFile, run, startServer } from './download-parts.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: { gib: { type: 'string', default: '1,2,4,8' }, stops: { type: 'string', default: '20' } },
});
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-limits-'));
const rows: string[][] = [];

/** Bytes a second between the first and the eleventh second of a download held to 5 MB/s. */
async function measureRate(): Promise<number> {
  const served = makeFile(folder, 80);
  const { url, child: server } = await startServer(served, []);
  const { file, args, environment } = installCommand(folder, url, served, '');
  const child = spawn(file, [...args, '--json', '--max-rate', '5M'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const points: { ms: number; bytes: number }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { event } = JSON.parse(line) as { event?: { receivedBytes?: number } };
    if (event?.receivedBytes === undefined) continue;
    points.push({ ms: performance.now(), bytes: event.receivedBytes });
    if (performance.now() - (points[0]?.ms ?? 0) > 11_500) child.kill('SIGKILL');
  }
  server.kill();
  const at = (ms: number) => points.find((point) => point.ms - (points[0]?.ms ?? 0) >= ms);
  const [from, to] = [at(1000), at(11_000)];
  return from && to ? ((to.bytes - from.bytes) / (to.ms - from.ms)) * 1000 : Number.NaN;
}

/** How long a command lives after SIGINT at a random moment of its download, and what it leaves. */
async function measureStops(count: number): Promise<{ ms: number[]; left: number }> {
  const served = makeFile(folder, 2048);
  const { url, child: server } = await startServer(served, ['--rate', '60000000']);
  const ms: number[] = [];
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const { file, args, environment, home } = installCommand(folder, url, served, '');
    const child = spawn(file, [...args, '-q'], { env: { ...process.env, ...environment }, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 700 + (index * 2500) / count));
    const stoppedAt = performance.now();
    child.kill('SIGINT');
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    if (exitCode !== 130) throw new Error(`exit ${exitCode} in place of 130`);
    ms.push(performance.now() - stoppedAt);
    left += readdirSync(join(home, 'models', '.partial')).filter((name) => name.endsWith('.part')).length;
  }
  server.kill();
  return { ms, left };
}

try {
  const { key, certificate } = makeCertificate(folder);
  for (const gib of values.gib.split(',').map(Number)) {
    const served = makeFile(folder, gib * 1024);
    for (const [name, flags] of [
      ['plain', []],
      ['TLS', ['--key', key, '--cert', certificate]],
    ] as const) {
      const { url, child } = await startServer(served, flags);
      const { file, args, environment } = installCommand(folder, url, served, certificate);
      const { ms, peakMB } = await run(file, [...args, '-q'], environment);
      child.kill();
      rows.push([`${gib} GiB, ${name}`, `${(ms / 1000).toFixed(1)} s, peak memory ${peakMB.toFixed(0)} MB`]);
    }
    rmSync(served.path);
  }
  rows.push(['--max-rate 5M over 10 s', `${((await measureRate()) / 1e6).toFixed(2)} MB/s`]);
  const { ms, left } = await measureStops(Number(values.stops));
  rows.push([
    `Ctrl+C, ${ms.length} times`,
    `median ${median(ms).toFixed(0)} ms, at most ${Math.max(...ms).toFixed(0)} ms; partial files left: ${left}`,
  ]);
  process.stdout.write(`${markdown(['what', 'measured'], rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

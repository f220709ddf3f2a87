import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from './child-process.ts';

/** Programs that end and leave others behind. */

describe.skipIf(process.platform === 'win32')('a program', () => {
  const sh = (script: string, signal?: AbortSignal) =>
    runProgram('/bin/sh', ['-c', script], { environment: { PATH: '/usr/bin:/bin' }, signal });

  test('that ends while its child keeps the pipes open is over, with what it said, and the child ends with it', async () => {
    const { exitCode, stdout, stderr } = await sh('sleep 300 & echo $!; echo last words >&2; exit 3');
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: 'last words\n' });
    expect(isRunning(stdout)).toBe(false);
  });

  test('that is stopped is gone with a child that heeds no signal', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'luci child ')), 'pid');
    const stopping = new AbortController();
    const running = sh(`(trap '' TERM; echo started; exec sleep 300) & echo $! > '${pidFile}'; wait`, stopping.signal);
    const ended = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/\d\n/);
    stopping.abort();
    await ended;
    expect(isRunning(readFileSync(pidFile, 'utf8'))).toBe(false);
    rmSync(dirname(pidFile), { recursive: true });
  });

  test('that does not exist is told by the system', async () => {
    await expect(runProgram('/no/such/program', [], { environment: {} })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that says more than is kept: the end of it is kept', async () => {
    const { stdout } = await runProgram('/bin/sh', ['-c', 'seq 1 100000'], { environment: { PATH: '/usr/bin:/bin' }, maxOutputBytes: 13 });
    expect(stdout).toBe('99999\n100000\n');
  });
});

function isRunning(pid: string): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', pid.trim()], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

import { spawn } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, program } from './luci-process.ts';

/** A terminal window that is closed while a command runs in it: the command ends by itself, and does not crash on its way out. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

async function installTiny(): Promise<void> {
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
}

/** What happens: the window is closed; it is closed and SIGHUP is kept from the command, as by nohup; the command alone gets a signal. */
type Ending = 'close' | 'close unheard' | 'SIGTERM' | 'SIGHUP';

interface Scene {
  readonly args: readonly string[];
  /** What is waited for, and then typed; the ending comes after the last. */
  readonly steps: readonly (readonly [waitFor: string, type: string])[];
  readonly environment?: Record<string, string>;
}

/** Runs a command on a pseudo-terminal of its own; its exit status, 128 and the signal's number when it was ended by one. */
async function statusAfter(ending: Ending, { args, steps, environment = {} }: Scene): Promise<number> {
  const [statusPath, pidPath] = ['status', 'pid'].map((name) => join(home.folder, name)) as [string, string];
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  // The inner shell outlives the terminal and notes what became of the command. The outer one leads the session: the system tells it
  // that the terminal is gone, and the command when it dies of that.
  const inner = `trap "" HUP; sh -c 'echo $$ > "$0"; exec "$@"' '${pidPath}' ${command}; echo $? > '${statusPath}'`;
  const outer = `${ending === 'close unheard' ? 'trap "" HUP; ' : ''}sh -c "$INNER"; true`;
  const child = spawn('script', ['-qec', outer, '/dev/null'], {
    env: { ...process.env, INNER: inner, LUCI_HOME: home.folder, TERM: 'xterm', LUCI_KEEP_ALIVE: '20', HF_TOKEN: '', ...environment },
  });
  let shown = '';
  child.stdout.on('data', (text: Buffer) => {
    shown += text;
  });
  let seen = 0;
  for (const [waitFor, type] of steps) {
    await until(
      () => shown.indexOf(waitFor, seen) >= 0,
      () => `"${waitFor}" in ${JSON.stringify(shown)}`,
    );
    seen = shown.indexOf(waitFor, seen) + waitFor.length;
    if (type !== '') child.stdin.write(type);
  }
  // The one that holds the other side of the terminal is gone at once, as a window that is closed is.
  if (ending.startsWith('close')) child.kill('SIGKILL');
  else process.kill(Number(await readFile(pidPath, 'utf8')), ending as NodeJS.Signals);
  await until(
    async () => ((await stat(statusPath).catch(() => undefined))?.size ?? 0) > 0,
    () => `an end of ${args[0]}`,
  );
  child.kill('SIGKILL');
  return Number(await readFile(statusPath, 'utf8'));
}

async function until(isSo: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const endsAt = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > endsAt) throw new Error(`waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const statusOf: Readonly<Record<Ending, number>> = { close: 129, 'close unheard': 129, SIGTERM: 143, SIGHUP: 129 };
const endings = Object.keys(statusOf) as readonly Ending[];

test.each(endings)('%s in the middle of an answer of a chat', async (ending) => {
  await using server = await startOpenAiServer();
  const environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', `${server.url}/`, '--key-env', 'TEST_KEY']);
  server.fault = 'endless';
  const steps = [
    ['> ', 'a story\r'],
    ['and then and then', ''],
  ] as const;
  expect(await statusAfter(ending, { args: ['chat', '-m', 'box/echo'], steps, environment })).toBe(statusOf[ending]);
});

test.each(endings)('%s at the prompt of a chat', async (ending) => {
  await installTiny();
  expect(await statusAfter(ending, { args: ['chat', '-m', 'tiny'], steps: [['> ', 'half a line']] })).toBe(statusOf[ending]);
});

test.each(endings)('%s at a question', async (ending) => {
  await installTiny();
  expect(await statusAfter(ending, { args: ['remove', 'tiny'], steps: [['[y/N]', '']] })).toBe(statusOf[ending]);
  expect((await stat(join(home.folder, 'models', 'tiny.gguf'))).size).toBe(tinyGguf().length);
});

test.each(endings)('%s in the middle of a download', async (ending) => {
  await using hub = await startHub();
  const bytes = Buffer.concat([tinyGguf(), Buffer.alloc(1_000_000)]);
  hub.add({ repo: 'owner/slow-GGUF', path: 'slow-Q8_0.gguf', bytes, bytesPerSecond: 700_000 });
  const scene = { args: ['install', 'owner/slow-GGUF', '-y'], steps: [['%', '']], environment: { HF_ENDPOINT: hub.endpoint } } as const;
  // What reads nothing from the terminal goes on without it; else what was fetched is kept.
  const goesOn = ending === 'close unheard';
  expect(await statusAfter(ending, scene)).toBe(goesOn ? 0 : statusOf[ending]);
  expect((await home.luci(['list', '-q'])).stdout).toBe(goesOn ? 'owner/slow-GGUF:Q8_0\n' : '');
  expect((await home.luci(['clean', '--dry-run'])).stdout).toMatch(goesOn ? /^$/ : /slow-Q8_0\.gguf/);
});

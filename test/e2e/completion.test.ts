import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../src/cli/command-table.ts';
import { commonFlags } from '../../src/cli/flags.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome, program } from './luci-process.ts';

/** What Tab completes, asked of the command and of real shells. */

let home: Home;
/** The user's own folder, with `luci` in `bin`. */
let user: string;
beforeAll(async () => {
  home = await makeHome();
  user = await mkdtemp(join(tmpdir(), 'luci user '));
  await mkdir(join(home.folder, 'models'));
  for (const name of ['mine-1b', 'mine-2b']) await writeFile(join(home.folder, 'models', `${name}.gguf`), tinyGguf());
  await home.luci(['alias', 'mine:latest-one', 'mine-1b']);
  await mkdir(join(user, 'bin'));
  await symlink(program, join(user, 'bin', 'luci'));
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(user, { recursive: true });
});

async function words(before: readonly string[], current = ''): Promise<string[]> {
  const { stdout } = await home.luci(['completion', 'words', `--current=${current}`, '--', ...before]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('the first word is a command, or an installed model once something is typed', async () => {
  expect(await words([])).toEqual(commands.map(({ name }) => name));
  expect(await words([], 'se')).toEqual(['search', 'serve', 'service']);
  expect(await words([], 'min')).toEqual(['mine-1b', 'mine-2b', 'mine:latest-one']);
});

test('flags, verbs, choices, models, settings and commands stand where they may stand', async () => {
  const flags = await words(['ask'], '--');
  for (const name of ['model', 'schema', 'offline', 'engine']) expect(flags).toContain(`--${name}`);
  expect(await words(['--offline', 'llm'])).toEqual(['list', 'enable', 'disable', 'default']);
  expect(await words(['llm', 'default'], '--no')).toEqual(['--none', '--no-color']);
  expect(await words(['ask', '--need'])).toEqual(['code', 'json', 'tools']);
  expect(await words(['ask'], '--need=j')).toEqual(['--need=json']);
  expect(await words(['ask', '-m'])).toEqual(['mine-1b', 'mine-2b', 'mine:latest-one']);
  expect(await words(['test', 'mine-1b'], 'mine:')).toEqual(['mine:latest-one']);
  expect(await words(['install'], 'llama3.2:')).toContain('llama3.2:3b');
  expect(await words(['config', 'set'], 'offl')).toEqual(['offline']);
  expect(await words(['config', 'set', 'engine.choice'], 'auto')).toEqual(['auto']);
  expect(await words(['alias', 'remove'])).toEqual(['mine:latest-one']);
  await home.luci(['chat', '-m', 'mine-1b'], { stdin: 'hi\n' });
  const [id = ''] = await words(['chats', 'show']);
  expect(id).toMatch(/^\d{14}-[0-9a-f]{8}$/);
  expect(await words(['chat', '--resume'], id.slice(0, 4))).toEqual([id]);
  expect(await words(['help', 'llm'], 'en')).toEqual(['enable']);
  expect(await words(['ask', 'what'])).toEqual([]);
});

test('every command, verb and flag of the table is completed', async () => {
  for (const command of commands) {
    if (command.verbs)
      expect(await words([command.name]), command.name).toEqual(expect.arrayContaining(command.verbs.map(({ name }) => name)));
  }
  expect(await words([], '--')).toEqual(commonFlags().map(({ name }) => `--${name}`));
}, 120_000);

/** That of a user whose folder has nothing but `bin`. */
const asEnvironment = (): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  LUCI_HOME: home.folder,
  HOME: user,
  XDG_DATA_HOME: '',
  XDG_CONFIG_HOME: '',
  PATH: `${join(user, 'bin')}:${process.env['PATH']}`,
  TERM: 'xterm',
  LANG: 'C.UTF-8',
});

function isThere(shell: string): boolean {
  return process.platform !== 'win32' && spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

test.each(['bash', 'zsh', 'fish', 'powershell'])(
  'luci completion install %s writes once, says what, and changes nothing the second time',
  async (shell) => {
    const run = () => home.luci(['completion', 'install', shell, '--json'], { environment: asEnvironment() });
    const first = JSON.parse((await run()).stdout) as { files: { path: string; change: string }[] };
    const texts = () => Promise.all(first.files.map(({ path }) => readFile(path, 'utf8')));
    const before = await texts();
    expect(first.files.every(({ path, change }) => path.startsWith(user) && /written|line added/.test(change))).toBe(true);
    const second = JSON.parse((await run()).stdout) as typeof first;
    expect(second.files).toEqual(first.files.map(({ path }) => ({ path, change: 'as it was' })));
    expect(await texts()).toEqual(before);
    expect(`${(await home.luci(['completion', shell])).stdout}`).toBe(before[0]);
  },
);

test('what is in a start file already stays, and a shell nobody knows is refused with those there are', async () => {
  await writeFile(join(user, '.zshrc'), 'setopt autocd');
  await home.luci(['completion', 'install', 'zsh'], { environment: asEnvironment() });
  expect(await readFile(join(user, '.zshrc'), 'utf8')).toMatch(/^setopt autocd\nsource '.*luci-completion\.zsh'\n$/);
  const ran = await home.luci(['completion', 'install'], { environment: { ...asEnvironment(), SHELL: '/bin/tcsh' } });
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('luci completion install fish') });
});

/** What a shell in a pseudo-terminal gives luci after each line with Tab at its end: the command is a double that writes its words down. */
async function given(shell: readonly string[], lines: readonly string[]): Promise<string[]> {
  const log = join(user, 'log');
  const double = `#!/bin/sh\ncase $1 in completion) exec '${process.execPath}' '${program}' "$@" ;; esac\nprintf '%s\\n' "$*" >>'${log}'\n`;
  await rm(join(user, 'bin', 'luci'), { force: true });
  await writeFile(join(user, 'bin', 'luci'), double, { mode: 0o755 });
  await writeFile(log, '');
  const child = spawn('script', ['-qec', shell.join(' '), '/dev/null'], {
    env: asEnvironment(),
    cwd: user,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // Typed as soon as the shell asks for it: it says so by its prompt.
  const prompts = { seen: 0, text: '' };
  const keys = [...lines.map((line) => `${line}\t\r`), 'exit\r'];
  child.stdout.on('data', (piece: Buffer) => {
    prompts.text += piece;
    const count = prompts.text.split('READY>').length - 1;
    if (count <= prompts.seen) return;
    prompts.seen = count;
    const line = keys.shift();
    if (line !== undefined) child.stdin.write(line);
  });
  // A shell that asks something else would wait for ever.
  const timer = setTimeout(() => child.kill(), 45_000);
  await once(child, 'close');
  clearTimeout(timer);
  return (await readFile(log, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

const lines = [
  'luci sea',
  'luci ask --sch',
  'luci ask -m mine:la',
  'luci ask --need=js',
  'luci config set engine.ch',
  'luci ask --file a-fi',
];
const completed = [
  'search',
  'ask --schema',
  'ask -m mine:latest-one',
  'ask --need=json',
  'config set engine.choice',
  'ask --file a-file.txt',
];

test.skipIf(!isThere('bash'))('a real bash completes commands, flags, choices, and names with a colon, else files', async () => {
  await home.luci(['completion', 'install', 'bash'], { environment: asEnvironment() });
  await writeFile(join(user, 'a-file.txt'), '');
  const script = join(user, '.local', 'share', 'bash-completion', 'completions', 'luci');
  await writeFile(join(user, 'rc'), `source '${script}'\nPS1='READY>'\nbind 'set enable-bracketed-paste off'\n`);
  expect(await given(['bash', '--noprofile', '--rcfile', `'${join(user, 'rc')}'`, '-i'], lines)).toEqual(completed);
});

test.skipIf(!isThere('zsh'))('a real zsh does so from its own start file', async () => {
  await rm(join(user, '.zshrc'), { force: true });
  await home.luci(['completion', 'install', 'zsh'], { environment: asEnvironment() });
  await writeFile(join(user, 'a-file.txt'), '');
  await appendFile(join(user, '.zshrc'), "PS1='READY>'\nunsetopt zle_bracketed_paste\n");
  expect(await given(['zsh', '-i'], lines)).toEqual(completed);
});

test.skipIf(!isThere('fish'))('a real fish does so from its own folder of completions', async () => {
  await home.luci(['completion', 'install', 'fish'], { environment: asEnvironment() });
  await writeFile(join(user, 'a-file.txt'), '');
  await writeFile(join(user, '.config', 'fish', 'config.fish'), "function fish_prompt\n    printf 'READY>'\nend\nset -g fish_greeting\n");
  expect(await given(['fish', '-i'], lines)).toEqual(completed);
});

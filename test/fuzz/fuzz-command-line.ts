import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopError } from '../../src/base/abort.ts';
import { errorKinds, isLuciError } from '../../src/base/errors.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/command-table.ts';
import { commonFlags, ownFlags } from '../../src/cli/flags.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { recordedTerminal } from '../fixtures/terminal.ts';

/** Command lines made of the command table and odd words, run one after the other in this process, offline and in an empty home. */

const { values } = parseArgs({ options: { lines: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } } });
const count = Number(values.lines);
const random = generator(Number(values.seed));

/** These would measure the machine, listen, or work for as long as they are let: their lines are parsed and not run. */
const notRun = /^(serve|recommend|bench|mcp start|runtime add|runtime check)\b|^mcp$/;
/** Nobody waits longer for one line; it ends as with Ctrl+C. */
const lineMs = 3000;

const oddWords = [
  '', ' ', '-', '--', '---', '%', '%zz', '..', '/', '//', '~', '~/x', './', './no.gguf', 'no.gguf', '/dev/null', '/dev/zero', 'C:\\x.gguf', 'a b', "it's", '"', '*', '$HOME', '$(x)', '`x`',
  'llama3.2', 'LLAMA3.2:LATEST', 'lama', 'tier', 'tier 1', 'tier 9', 'all', 'core', 'models', 'owner/repo', 'owner/repo:Q4_K_M', 'owner/repo:', ':', '/x/', 'a/b/c/d', 'hf:', 'hf:x', 'hf://o/r/f.gguf', 'hf.co/', 'hf.co/o', 'ollama://x',
  'http://', 'https://', 'http://[', 'http://%', 'https://h/%zz.gguf', 'https://user:p#ss@h/m.gguf', 'file:///no.gguf', 'file://%', 'ftp://x/y.gguf', '0', '-1', '1e999', 'NaN', '9'.repeat(400), '0x10', '1,5', '٣', 'Ω', '模型', '🦙', '\u202ex', 'x\ny', 'x\ry', '\x1b[2J', '\ud800', 'x'.repeat(5000), '../../etc/passwd', 'nul', 'con', '__proto__', 'constructor', 'toString', 'box/thinker', 'help', 'version', 'run', 'exit', '@file', '=', 'a=b', '--=', '--no-json', '-qqq', '-hV', '--json=1', '--home', '--home=', '--home=/dev/null', '--home=/dev/null/x', '--context=-1', '-m', '-m=', '--model',
] as const; // biome-ignore format: a list of words.

/** Numbers from 0 to 1 that a seed repeats (mulberry32's constants). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<Value>(from: readonly Value[]): Value {
  return from[Math.floor(random() * from.length)] as Value;
}

function word(): string {
  const odd = pick(oddWords);
  return random() < 0.1 ? odd + pick(oddWords) : odd;
}

function commandLine(): string[] {
  const command = pick(commands);
  const verb: Command | undefined = command.verbs && random() < 0.8 ? pick(command.verbs) : undefined;
  const flags = [...commonFlags(), ...ownFlags(verb ?? command), ...(random() < 0.1 ? ownFlags(pick(commands)) : [])];
  const rest = Array.from({ length: Math.floor(random() * 5) }, () => {
    if (random() < 0.5) return [word()];
    const flag = pick(flags);
    const value = random() < 0.4 ? (flag.kind?.example ?? word()) : word();
    if (flag.kind === undefined) return [`--${flag.name}`];
    return random() < 0.5 ? [`--${flag.name}=${value}`] : [`--${flag.name}`, value];
  }).flat();
  const name = random() < 0.9 ? pick([command.name, ...(command.aliases ?? [])]) : word();
  const line = [name, ...(verb ? [verb.name] : []), ...rest];
  // Now and then in another order.
  return random() < 0.1 ? line.toSorted(() => random() - 0.5) : line;
}

/** What parses is run, unless it is one of {@link notRun}. */
function isRun(args: readonly string[]): boolean {
  try {
    return !notRun.test(parseArguments(args, commands).path);
  } catch {
    return true;
  }
}

/** A hint's command as its words, where a shell would make words of it; undefined for what is no luci command. */
function hintWords(line: string): string[] | undefined {
  if (!/^ {2}luci( |$)/.test(line)) return undefined;
  // Some hints say after a command what it does, or name two side by side.
  const text = (line.trim().split(/ {2,}|(?<=\S)[:;,] /)[0] ?? '').replace(/ …$/, '');
  return [...text.matchAll(/'((?:[^']|'\\'')*)'|"([^"]*)"|(\S+)/g)]
    .slice(1)
    .map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

function wrongHint(stderr: string): string | undefined {
  for (const line of stderr.split('\n')) {
    const words = hintWords(line);
    if (!words) continue;
    try {
      parseArguments(words, commands);
    } catch (error) {
      return `the hint "${line.trim()}" is no command: ${isLuciError(error) ? error.message : String(error)}`;
    }
  }
  return undefined;
}

const exitCodes = new Set<number>([
  0,
  ...Object.entries(errorKinds).flatMap(([code, { exitCode }]) => (code === 'FAILED' ? [] : [exitCode])),
  1,
]);

async function problemOf(args: readonly string[]): Promise<string | undefined> {
  const terminal = recordedTerminal();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(stopError('CANCELLED', 'Cancelled.')), lineMs);
  try {
    const exitCode = await runCommandLine(args, { terminal, signal: stop.signal });
    const stderr = terminal.written.err.join('');
    if (!exitCodes.has(exitCode)) return `exit ${exitCode}`;
    if (/luci made a mistake/.test(stderr)) return stderr.slice(0, 300);
    if (!args.includes('--debug') && /\n\s+at .*:\d+:\d+/.test(stderr)) return `a stack: ${stderr.slice(0, 300)}`;
    return wrongHint(stderr);
  } catch (error) {
    return `thrown: ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}

const home = mkdtempSync(join(tmpdir(), 'luci-fuzz-'));
process.chdir(home);
Object.assign(process.env, { HOME: home, LUCI_HOME: join(home, 'luci'), LUCI_OFFLINE: '1' });
const found = new Map<string, string>();
process.on('unhandledRejection', (error) => void found.set(`unhandled: ${String(error)}`, ''));
let run = 0;
for (let index = 0; index < count; index += 1) {
  const args = commandLine();
  if (!isRun(args)) continue;
  run += 1;
  const problem = await problemOf(args);
  if (problem) found.set(problem.replaceAll(/".*?"/g, '"…"').slice(0, 80), `${JSON.stringify(args).slice(0, 400)}\n  ${problem}`);
}
process.chdir('/');
rmSync(home, { recursive: true, force: true });
for (const line of found.values()) process.stdout.write(`${line}\n`);
process.stdout.write(`seed ${values.seed}: ${count} command lines, ${run} of them run, ${found.size} findings\n`);
process.exit(found.size === 0 ? 0 : 1);

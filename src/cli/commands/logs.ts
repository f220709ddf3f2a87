import { open as openFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { formatBytes } from '../../base/units.ts';
import { wholeNumber } from '../../base/value-kinds.ts';
import { directoriesOf } from '../../config/directories.ts';
import { homeFolders } from '../../config/resolve-settings.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { printable } from '../show/text.ts';

/** The end of a log is in so many bytes of it: longer lines are cut. */
const maxTailBytes = 256 * 1024;
const defaultLines = 20;

/** `luci logs`: where logs are, and their newest lines. */
export const logs = defineCommand({
  name: 'logs',
  operands: '[engine|debug]',
  example: 'engine',
  summary: 'where the logs are, and their newest lines',
  details:
    'engine.log is what the engine process said; debug.log is written while --debug or LUCI_DEBUG is on. Connections are in "luci net log", answers of tests in "luci test show MODEL".',
  options: {
    lines: {
      kind: wholeNumber({ min: 1, example: '100' }),
      short: 'n',
      value: 'N',
      summary: `the last N lines of each (default ${defaultLines})`,
    },
  },
  run: (context) => tellLogs(context, context.options.lines ?? defaultLines),
});

async function tellLogs({ show, overrides, operands: [name] }: CommandContext, count: number): Promise<number> {
  const folder = directoriesOf(homeFolders(overrides)).logs;
  const all = await logNames(folder);
  const wanted = name === undefined ? all : all.filter((one) => one === name);
  if (name !== undefined && wanted.length === 0)
    throw new LuciError('NOT_FOUND', `There is no ${name}.log in ${folder}.`, {
      hint: name === 'debug' ? 'luci list --debug' : 'luci logs',
    });
  const tails = await Promise.all(wanted.map(async (one) => ({ name: one, ...(await tailOf(join(folder, `${one}.log`), count)) })));
  if (show.json) show.data(tails);
  else if (tails.length === 0) show.note(`No log is there yet; they would be in ${printable(folder)}.`);
  else
    for (const { path, sizeBytes, lines } of tails) {
      show.note(show.terminal.style('dim', `${printable(path)}, ${formatBytes(sizeBytes)}`));
      for (const line of lines) show.result(printable(line));
    }
  return 0;
}

/** Without `.log`. */
async function logNames(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => /^(.+)\.log$/.exec(name)?.[1] ?? []).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw diskError(error, folder, 'list the logs');
  }
}

async function tailOf(path: string, count: number): Promise<{ path: string; sizeBytes: number; lines: readonly string[] }> {
  try {
    await using file = await openFile(path, 'r');
    const { size: sizeBytes } = await file.stat();
    const start = Math.max(0, sizeBytes - maxTailBytes);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sizeBytes - start), 0, sizeBytes - start, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    // What the piece begins with is no whole line.
    return { path, sizeBytes, lines: lines.slice(start > 0 ? 1 : 0).slice(-count) };
  } catch (error) {
    throw diskError(error, path, 'read a log');
  }
}

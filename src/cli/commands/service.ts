import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { diskError } from '../../base/system-error.ts';
import type { Settings } from '../../config/settings.ts';
import type { ServiceUnit } from '../../serve/service-unit.ts';
import { type CommandContext, defineCommand } from '../command.ts';

const options = { dryRun: { summary: 'only show what would be done' } } as const;

/** `luci service`: the server as a service of the user's session. */
export const service = defineCommand({
  name: 'service',
  summary: 'run the server at each login',
  details:
    'Writes the file that systemd (Linux) or launchd (macOS) reads, and names the command that starts it; nothing is started by luci itself.',
  defaultVerb: 'status',
  verbs: [
    defineCommand({
      name: 'install',
      summary: 'write the file of the service',
      options,
      run: (context) => install(context, context.options.dryRun === true),
    }),
    defineCommand({ name: 'status', summary: 'whether its file is there', run: status }),
    defineCommand({
      name: 'remove',
      summary: 'remove the file of the service',
      options,
      run: (context) => remove(context, context.options.dryRun === true),
    }),
  ],
});

async function unitOf({ luci: open }: CommandContext): Promise<ServiceUnit> {
  const { directories, settings } = await open();
  const { serviceUnit } = await import('../../serve/service-unit.ts');
  const words = [process.execPath, process.argv[1] ?? '', 'serve'];
  return serviceUnit(process.platform, homedir(), {
    words,
    environment: variablesOf(settings),
    logPath: join(directories.logs, 'serve.log'),
  });
}

/** Two folders are named by the variables that made them two. */
function variablesOf({ home, configFolder }: Settings): Record<string, string> {
  if (configFolder === home) return { LUCI_HOME: home };
  return { XDG_DATA_HOME: dirname(home), XDG_CONFIG_HOME: dirname(configFolder) };
}

async function install(context: CommandContext, dryRun: boolean): Promise<number> {
  const { show } = context;
  const unit = await unitOf(context);
  const { path, text, start } = unit;
  if (!dryRun) await write(unit);
  if (show.json) show.data({ path, text, start, written: !dryRun });
  else {
    if (dryRun) show.result(text.trimEnd());
    show.note(`${dryRun ? `This would be written to ${path}.` : `${path} is written.`} It is started by:\n${indented(start)}`);
  }
  return 0;
}

async function write({ path, text }: ServiceUnit): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (error) {
    throw diskError(error, path, 'make a folder');
  }
  await writeFileAtomic(path, text);
}

async function status(context: CommandContext): Promise<number> {
  const { show } = context;
  const { path, text, status: ask } = await unitOf(context);
  const found = readSmallFile(path);
  const state = found === undefined ? 'absent' : found === text ? 'installed' : 'other';
  const said = {
    absent: 'The service is not installed.\n  luci service install',
    installed: `${path} is there. Whether it runs:\n${indented(ask)}`,
    other: `${path} is there, but says something else than this luci would.\n  luci service install`,
  };
  if (show.json) show.data({ path, state });
  else show.note(said[state]);
  return 0;
}

async function remove(context: CommandContext, dryRun: boolean): Promise<number> {
  const { show } = context;
  const { path, stop } = await unitOf(context);
  const isThere = readSmallFile(path) !== undefined;
  if (isThere && !dryRun) await rm(path, { force: true });
  if (show.json) show.data({ path, removed: isThere && !dryRun });
  else if (!isThere) show.note('The service is not installed: nothing to remove.');
  else show.note(`${path} ${dryRun ? 'would be' : 'is'} removed. A service that still runs is ended by:\n${indented(stop)}`);
  return 0;
}

function indented(lines: string): string {
  return lines.replace(/^/gm, '  ');
}

import type { Luci } from '../../app/luci.ts';
import type { RemoteModel } from '../../app/remotes.ts';
import { formatBytes } from '../../base/units.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { installedCount, installedData, installedTable } from '../show/installed-rows.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci list`: what is installed. */
export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'installed models',
  details:
    'What is on this machine, with what tests have proven. What there is to install: luci search WORDS, or by tier luci llm list all.',
  options: {
    partial: { summary: 'downloads that are not finished' },
    remote: { summary: 'what the remote endpoints have, with the context they state' },
  },
  async run({ luci: open, show, options, signal }) {
    const luci = await open();
    if (options.remote === true) return listRemote(luci, show, signal);
    if (options.partial === true) return listPartials(luci, show);
    const models = await luci.models.list();
    if (show.json) show.data(models.map(installedData));
    else if (show.quiet) for (const { name } of models) show.result(printable(name));
    else if (models.length === 0)
      show.note(
        'No model is installed.\n  luci ask "…" fetches the starter\n  luci install llama3.2'.replace('…', show.terminal.marks.ellipsis),
      );
    else {
      show.result(installedTable(models, show.terminal));
      show.note(show.terminal.style('dim', installedCount(models, show.terminal)));
    }
    return 0;
  },
});

async function listRemote(luci: Luci, show: CommandContext['show'], signal: AbortSignal): Promise<number> {
  const models = await luci.remotes.models(signal, (remote, error) => {
    show.note(`${show.terminal.style('care', printable(remote))}: ${error instanceof Error ? printable(error.message) : String(error)}`);
  });
  if (show.json) show.data(models);
  else if (models.length === 0) show.note('No remote model is known.\n  luci remote add NAME https://host/v1 --key-env VARIABLE');
  else if (show.quiet) for (const { name } of models) show.result(printable(name));
  else {
    const rows = models.map((model) => [printable(model.name), contextText(model, show.terminal.marks.none)]);
    show.result(table([{ title: 'name' }, { title: 'context', align: 'right', dropOrder: 1 }], rows, show.terminal).join('\n'));
  }
  return 0;
}

/** As the endpoint states it. */
function contextText({ contextLength, trainedContextLength }: RemoteModel, none: string): string {
  if (contextLength !== undefined) return contextLength.toLocaleString('en');
  return trainedContextLength === undefined ? none : `up to ${trainedContextLength.toLocaleString('en')}`;
}

async function listPartials(luci: Luci, show: CommandContext['show']): Promise<number> {
  const partials = await luci.installs.partials();
  if (show.json) show.data(partials);
  else if (partials.length === 0) show.note('No download is unfinished.');
  else {
    const rows = partials.map(({ file, haveBytes, sizeBytes, updatedAt }) => [
      printable(file),
      formatBytes(haveBytes),
      sizeBytes === undefined ? show.terminal.marks.none : formatBytes(sizeBytes),
      updatedAt?.slice(0, 16).replace('T', ' ') ?? show.terminal.marks.none,
    ]);
    const columns = [
      { title: 'file' },
      { title: 'have', align: 'right' },
      { title: 'of', align: 'right', dropOrder: 1 },
      { title: 'last', dropOrder: 2 },
    ] as const;
    show.result(table(columns, rows, show.terminal).join('\n'));
  }
  return 0;
}

import { LuciError } from '../../base/errors.ts';
import { type Command, type CommandContext, textOption } from '../command.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci remote`: endpoints elsewhere whose models are used like installed ones. */
export const remote: Command = {
  name: 'remote',
  operands: '[list] | add <name> <url> | remove <name>',
  summary: 'use models of an OpenAI-compatible endpoint',
  details:
    'A remote model is named NAME/model wherever a model is named: luci ask -m NAME/model "…". The key is read from the environment variable named by --key-env each time; it is never kept. "luci list --remote" shows what the endpoints have.',
  options: { 'key-env': { type: 'string', value: 'VARIABLE', summary: 'environment variable that holds the key' } },
  async run(context) {
    const [verb = 'list', name, url, ...more] = context.operands;
    if (verb === 'list' && name === undefined) return list(context);
    if (verb === 'add' && name !== undefined && url !== undefined && more.length === 0) return add(context, name, url);
    if (verb === 'remove' && name !== undefined && url === undefined) return remove(context, name);
    throw new LuciError('USAGE', `luci remote has no "${context.operands.join(' ')}".`, {
      hint: 'luci remote add NAME https://host/v1 --key-env VARIABLE',
    });
  },
};

async function list({ luci: open, show }: CommandContext): Promise<number> {
  const remotes = await (await open()).remotes.list();
  if (show.json) show.data(remotes);
  else if (remotes.length === 0) show.note('No remote endpoint is known.\n  luci remote add NAME https://host/v1 --key-env VARIABLE');
  else {
    const rows = remotes.map(({ name, url, keyEnv }) => [printable(name), printable(url), keyEnv ?? show.terminal.marks.none]);
    show.result(table([{ title: 'name' }, { title: 'address' }, { title: 'key from', dropOrder: 1 }], rows, show.terminal).join('\n'));
  }
  return 0;
}

async function add({ luci: open, show, options }: CommandContext, name: string, url: string): Promise<number> {
  const keyEnv = textOption(options, 'key-env');
  const luci = await open();
  const before = (await luci.remotes.list()).find((remote) => remote.name === name);
  await luci.remotes.add({ name, url, keyEnv });
  if (show.json) show.data({ added: name, replaced: before ? before.url : undefined });
  else
    show.note(
      `${printable(name)} is added${before ? ` in place of ${printable(before.url)}` : ''}.\n  luci list --remote\n  luci ask -m ${printable(name)}/MODEL "…"`.replace(
        '…',
        show.terminal.marks.ellipsis,
      ),
    );
  return 0;
}

async function remove({ luci: open, show }: CommandContext, name: string): Promise<number> {
  if (!(await (await open()).remotes.remove(name)))
    throw new LuciError('NOT_FOUND', `There is no remote endpoint ${name}.`, { hint: 'luci remote list' });
  if (show.json) show.data({ removed: name });
  else show.note(`${printable(name)} is removed.`);
  return 0;
}

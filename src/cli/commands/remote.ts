import type { RemoteModel } from '../../app/remotes.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { textLike } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

const variableName = textLike(/^[A-Za-z_]\w*$/, { expected: 'the name of a variable', example: 'OPENAI_API_KEY' });

/** `luci remote`: endpoints elsewhere whose models are used like installed ones. */
export const remote = defineCommand({
  name: 'remote',
  summary: 'use models of an OpenAI-compatible endpoint',
  details:
    'A remote model is named NAME/model wherever a model is named: luci ask -m NAME/model "…". "luci list --remote" shows what the endpoints have.',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'the endpoints that were added', run: list }),
    defineCommand({
      name: 'add',
      operands: '<name> <url>',
      example: 'box http://127.0.0.1:8080/v1',
      summary: 'add an endpoint, or change its address',
      details:
        'The key is read from the environment variable named by --key-env each time; it is never kept. The endpoint is asked for its models; one that does not answer now is added all the same.',
      options: {
        keyEnv: { kind: variableName, value: 'VARIABLE', summary: 'environment variable that holds the key' },
      },
      run: (context) => add(context, context.options.keyEnv),
    }),
    defineCommand({ name: 'remove', operands: '<name>', example: 'box', summary: 'forget an endpoint', run: remove }),
  ],
});

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

async function add({ luci: open, show, operands, signal }: CommandContext, keyEnv: string | undefined): Promise<number> {
  const [name = '', url = ''] = operands;
  const luci = await open();
  const before = (await luci.remotes.list()).find((remote) => remote.name === name);
  await luci.remotes.add({ name, url, keyEnv });
  const models = await luci.remotes.modelsOf(name, signal).catch((error: unknown) => {
    if (signal.aborted || !isLuciError(error)) throw error;
    return error;
  });
  if (show.json) show.data({ added: name, replaced: before ? before.url : undefined, models: isLuciError(models) ? null : models });
  else show.note(addedText({ name, before: before?.url, models }).replaceAll('…', show.terminal.marks.ellipsis));
  return 0;
}

interface Added {
  readonly name: string;
  /** The address it had. */
  readonly before: string | undefined;
  readonly models: readonly RemoteModel[] | LuciError;
}

function addedText({ name, before, models }: Added): string {
  const isRead = !isLuciError(models);
  const count = isRead ? `, with ${models.length === 1 ? 'one model' : `${models.length} models`}` : '';
  const example = isRead && models.length === 1 ? (models[0]?.name ?? '') : `${name}/MODEL`;
  return [
    `${printable(name)} is added${before === undefined ? '' : ` in place of ${printable(before)}`}${count}.`,
    ...(isRead ? [] : [`Its models could not be read now: ${printable(models.message)}`]),
    '  luci list --remote',
    `  luci ask -m ${shellWord(printable(example))} "…"`,
  ].join('\n');
}

async function remove({ luci: open, show, operands: [name = ''] }: CommandContext): Promise<number> {
  if (!(await (await open()).remotes.remove(name)))
    throw new LuciError('NOT_FOUND', `There is no remote endpoint ${name}.`, { hint: 'luci remote list' });
  if (show.json) show.data({ removed: name });
  else show.note(`${printable(name)} is removed.`);
  return 0;
}

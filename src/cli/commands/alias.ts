import { LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci alias`: names of one's own for models. */
export const alias = defineCommand({
  name: 'alias',
  modelsFrom: 'catalogue',
  operands: '[name] [target]',
  example: 'fast llama3.2',
  summary: 'a name of your own for a model; without words the list of them',
  details:
    'The target is whatever names a model: a name, owner/repo:Q4_K_M, a path, REMOTE/model. The alias works wherever a model is named. The name of a model itself always counts more: it cannot be made an alias.',
  verbs: [
    defineCommand({ name: 'list', summary: 'the aliases there are', run: list }),
    defineCommand({ name: 'remove', operands: '<alias>', example: 'fast', summary: 'forget an alias; its model stays', run: remove }),
  ],
  async run(context) {
    const { luci, show, operands } = context;
    const [name, target] = operands;
    if (name === undefined) return list(context);
    if (target === undefined)
      throw new LuciError('USAGE', `What should ${name} stand for?`, {
        hint: `luci alias ${shellWord(name)} llama3.2\nluci alias remove ${shellWord(name)}`,
      });
    const made = await (await luci()).aliases.set(name, target);
    if (show.json) show.data(made);
    else show.note(`${printable(made.name)} stands for ${printable(made.target)} now.\n  luci run ${printable(made.name)}`);
    return 0;
  },
});

async function list({ luci, show }: CommandContext): Promise<number> {
  const aliases = await (await luci()).aliases.list();
  if (show.json) show.data(aliases.map((one) => ({ ...one, hiddenBy: one.hiddenBy ?? null, model: one.model ?? null })));
  else if (show.quiet) for (const { name } of aliases) show.result(printable(name));
  else if (aliases.length === 0) show.note('There is no alias.\n  luci alias fast llama3.2');
  else {
    const rows = aliases.map(({ name, target, hiddenBy, model }) => [
      printable(name),
      printable(target),
      hiddenBy !== undefined ? `hidden: ${printable(hiddenBy)} has this name itself` : model === undefined ? 'not installed' : '',
    ]);
    show.result(table([{ title: 'alias' }, { title: 'stands for' }, { title: '' }], rows, show.terminal).join('\n'));
  }
  return 0;
}

async function remove({ luci, show, operands: [name = ''] }: CommandContext): Promise<number> {
  if (!(await (await luci()).aliases.remove(name)))
    throw new LuciError('NOT_FOUND', `There is no alias ${name}.`, { hint: 'luci alias list' });
  if (show.json) show.data({ removed: name });
  else show.note(`${printable(name)} is no alias any more.`);
  return 0;
}

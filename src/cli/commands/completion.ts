import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import type { KnownNames } from '../completion/candidates.ts';
import { type Shell, shells } from '../completion/shells.ts';
import { printable } from '../show/text.ts';

/** `luci completion`: Tab in a shell knows commands, flags, choices and models. */
export const completion = defineCommand({
  name: 'completion',
  summary: 'let the Tab key complete commands, flags and names of models',
  details: '"luci completion install" writes the script of your shell to where it looks for it, and says what it wrote.',
  verbs: [
    ...shells.map((shell) =>
      defineCommand({ name: shell, summary: `print the script for ${shell}`, run: async (context) => print(context, shell) }),
    ),
    defineCommand({
      name: 'install',
      operands: `[${shells.join('|')}]`,
      example: 'bash',
      summary: 'write the script for a shell (default: the one you use)',
      run: install,
    }),
    defineCommand({
      name: 'words',
      operands: '[word...]',
      example: 'ask',
      summary: 'what may stand next on a line, one a line; the scripts ask this',
      options: {
        current: { kind: anyText('ll'), value: 'TEXT', summary: 'the word that is being typed' },
        summaries: { summary: 'with what each is, after a tab' },
      },
      run: (context) => words(context, context.options),
    }),
  ],
});

async function print({ show }: CommandContext, shell: Shell): Promise<number> {
  // Every other command starts without the scripts.
  const { completionScripts } = await import('../completion/scripts.ts');
  if (show.json) show.data({ shell, script: completionScripts[shell] });
  else show.result(completionScripts[shell].trimEnd());
  return 0;
}

async function install({ luci, show, operands: [wanted] }: CommandContext): Promise<number> {
  const { userFolder, variable } = (await luci()).settings.system;
  if (userFolder === undefined)
    throw new LuciError('USAGE', 'This account has no home folder to write a completion script to.', { hint: 'luci completion bash' });
  const { currentShell, installCompletion } = await import('../completion/install-script.ts');
  const facts = { userFolder, variable, platform: process.platform };
  const shell = wanted === undefined ? currentShell(facts) : shells.find((one) => one === wanted);
  if (shell === undefined)
    throw new LuciError('USAGE', `There is no completion for "${wanted}".`, { hint: `luci completion install ${shells[0]}` });
  const files = await installCompletion(shell, facts);
  if (show.json) show.data({ shell, files });
  else {
    for (const { path, change } of files) show.note(`${printable(path)}: ${change}`);
    show.note(`Tab completes luci in every ${shell} that is opened from now on.`);
  }
  return 0;
}

async function words(
  { luci: open, show, operands }: CommandContext,
  { current = '', summaries }: { readonly current?: string; readonly summaries?: true },
): Promise<number> {
  // The table names this command, so it is asked for late.
  const [{ commands }, { candidates }] = await Promise.all([import('../command-table.ts'), import('../completion/candidates.ts')]);
  const found = await candidates(operands, current, { commands, names: namesOf(open) });
  if (show.json) show.data(found);
  else for (const { word, summary } of found) show.result(summaries && summary !== undefined ? `${word}\t${summary}` : word);
  return 0;
}

function namesOf(open: () => Promise<Luci>): KnownNames {
  const aliases: KnownNames['aliases'] = async () => (await (await open()).aliases.list()).map(({ name }) => name);
  const installed: KnownNames['installed'] = async () => [
    ...(await (await open()).models.list()).map(({ name }) => name),
    ...(await aliases()),
  ];
  return {
    aliases,
    installed,
    async chats() {
      return (await (await open()).chats.list()).map(({ id, title }) => ({ word: id, summary: printable(title) }));
    },
    async known() {
      const { models } = await (await open()).models.catalog();
      return [...new Set([...(await installed()), ...models.flatMap(({ name, aliases: others }) => [name, ...others])])];
    },
  };
}

import type { CatalogedModel } from '../../app/models.ts';
import { LuciError } from '../../base/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { catalogData, catalogRows } from '../show/catalog-rows.ts';
import { printable } from '../show/text.ts';

/** `luci llm`: the catalogue by tier, and which installed models take part. */
export const llm: Command = {
  name: 'llm',
  operands: 'list [all] | enable <model...> | disable <model...> | default [model]',
  summary: 'models by tier; switch them on and off; choose the default',
  details:
    'A disabled model stays installed, is never chosen by itself, and is skipped by tests. <model> may be a name, "all", or "tier N". "llm list" shows what is installed, "llm list all" the whole catalogue.',
  options: { none: { type: 'boolean', summary: 'with default: no default any more' } },
  async run(context) {
    const [verb = 'list', ...rest] = context.operands;
    switch (verb) {
      case 'list':
        return list(context, rest);
      case 'enable':
      case 'disable':
        return setEnabled(context, rest, verb === 'enable');
      case 'default':
        return setDefault(context, rest);
      default:
        throw new LuciError('USAGE', `luci llm has no "${verb}".`, {
          hint: 'luci llm list all\nluci llm enable NAME\nluci llm default NAME',
        });
    }
  },
};

/** What the tiers are called. */
const tierNames = ['basic', 'everyday', 'advanced', 'demanding'] as const;

async function list({ luci, show }: CommandContext, [what, ...more]: readonly string[]): Promise<number> {
  if ((what !== undefined && what !== 'all') || more.length > 0)
    throw new LuciError('USAGE', `luci llm list takes "all" or nothing, not "${what}".`, { hint: 'luci llm list all' });
  const all = await (await luci()).models.cataloged();
  const models = what === 'all' ? all : all.filter(({ installed }) => installed !== undefined);
  if (show.json) show.data(models.map(catalogData));
  else if (show.quiet) for (const { model } of models) show.result(printable(model.name));
  else if (models.length === 0) show.note('No model of the catalogue is installed.\n  luci llm list all\n  luci install llama3.2');
  else {
    show.result(byTier(models, show).join('\n'));
    const here = all.filter(({ installed }) => installed !== undefined).length;
    const count = `${models.length} ${models.length === 1 ? 'model' : 'models'}${what === 'all' ? `, ${here} installed` : ''}.`;
    show.note(show.terminal.style('dim', `${count}  luci show NAME   luci install NAME`));
  }
  return 0;
}

function byTier(models: readonly CatalogedModel[], show: CommandContext['show']): string[] {
  const { terminal } = show;
  const groups = tierNames.map((_, tier) => models.filter(({ model }) => model.tier === tier));
  // One table, so that the columns of all tiers stand below each other.
  const rows = catalogRows(groups.flat(), terminal, { indent: '  ' });
  return groups
    .flatMap((group, tier) => {
      if (group.length === 0) return [];
      const title = `Tier ${tier} ${terminal.marks.dot} ${tierNames[tier]}, ${group.length} ${group.length === 1 ? 'model' : 'models'}`;
      return [terminal.style('bold', title, 'out'), ...rows.splice(0, group.length), ''];
    })
    .slice(0, -1);
}

async function setEnabled(context: CommandContext, references: readonly string[], enabled: boolean): Promise<number> {
  const { show } = context;
  const verb = enabled ? 'enable' : 'disable';
  if (references.length === 0)
    throw new LuciError('USAGE', `Which model should be ${verb}d?`, { hint: `luci llm ${verb} NAME\nluci llm ${verb} tier 1` });
  const luci = await context.luci();
  const names = await luci.models.installedNames(references);
  await luci.store.setEnabled(names, enabled);
  if (show.json) show.data({ [`${verb}d`]: names });
  else if (names.length === 0) show.note('No installed model is meant by that.');
  else show.note(`${names.map(printable).join(', ')} ${names.length === 1 ? 'is' : 'are'} ${verb}d.`);
  return 0;
}

async function setDefault({ luci: open, show, options }: CommandContext, [reference, ...more]: readonly string[]): Promise<number> {
  if (more.length > 0) throw new LuciError('USAGE', 'Only one model can be the default.', { hint: `luci llm default ${reference}` });
  const luci = await open();
  const isNone = options['none'] === true;
  if (reference !== undefined || isNone)
    await luci.store.setDefault(isNone ? undefined : (await luci.models.installed(reference ?? '')).name);
  const chosen = (await luci.models.list()).find((model) => model.isDefault)?.name;
  if (show.json) show.data({ default: chosen ?? null });
  else if (chosen === undefined) show.note('No model is the default; the best enabled one that fits is used.\n  luci llm default NAME');
  else if (reference === undefined) show.result(printable(chosen));
  else show.note(`${printable(chosen)} is the default now.`);
  return 0;
}

import type { CatalogedModel } from '../../app/models.ts';
import { LuciError } from '../../base/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { catalogData, catalogRows } from '../show/catalog-rows.ts';
import { printable } from '../show/text.ts';

/** `luci llm`: the catalogue by tier, and which installed models take part. */
export const llm = defineCommand({
  name: 'llm',
  summary: 'models by tier; switch them on and off; choose the default',
  details:
    'By tier, with switches; the same models as a plain list: luci list (installed), luci search (catalogue). A disabled model stays installed, is never chosen by itself, and is skipped by tests.',
  defaultVerb: 'list',
  verbs: [
    defineCommand({
      name: 'list',
      operands: '[all]',
      example: 'all',
      summary: 'what is installed by tier, or with "all" the whole catalogue',
      run: (context) => listByTier(context, context.operands[0]),
    }),
    defineCommand({
      name: 'enable',
      operands: '<model>...',
      example: 'all',
      summary: 'let models take part again; a name, "all", or "tier N"',
      run: (context) => setEnabled(context, true),
    }),
    defineCommand({
      name: 'disable',
      operands: '<model>...',
      example: 'tier 1',
      summary: 'leave models installed and out; a name, "all", or "tier N"',
      run: (context) => setEnabled(context, false),
    }),
    defineCommand({
      name: 'default',
      operands: '[model]',
      example: 'llama3.2',
      summary: 'which model is used when none is named; without a name it is told',
      options: { none: { summary: 'no default any more' } },
      run: (context) => setDefault(context, context.options.none === true),
    }),
  ],
});

/** What the tiers are called. */
const tierNames = ['basic', 'everyday', 'advanced', 'demanding'] as const;

/** The catalogue by tier, or what of it is installed. */
export async function listByTier({ luci, show }: CommandContext, what: string | undefined): Promise<number> {
  if (what !== undefined && what !== 'all')
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

async function setEnabled(context: CommandContext, enabled: boolean): Promise<number> {
  const { show, operands: references } = context;
  const verb = enabled ? 'enable' : 'disable';
  const luci = await context.luci();
  const names = await luci.models.installedNames(references);
  await luci.store.setEnabled(names, enabled);
  if (show.json) show.data({ [`${verb}d`]: names });
  else if (names.length === 0) show.note('No installed model is meant by that.');
  else show.note(`${names.map(printable).join(', ')} ${names.length === 1 ? 'is' : 'are'} ${verb}d.`);
  return 0;
}

async function setDefault({ luci: open, show, operands: [reference] }: CommandContext, isNone: boolean): Promise<number> {
  if (isNone && reference !== undefined)
    throw new LuciError('USAGE', `Name a model, or say --none, not both: "${reference}" would be passed over.`, {
      hint: 'luci llm default --none',
    });
  const luci = await open();
  if (reference !== undefined || isNone)
    await luci.store.setDefault(isNone ? undefined : (await luci.models.installed(reference ?? '')).name);
  const chosen = (await luci.models.list()).find((model) => model.isDefault)?.name;
  if (show.json) show.data({ default: chosen ?? null });
  else if (chosen === undefined) show.note('No model is the default; the best enabled one that fits is used.\n  luci llm default NAME');
  else if (reference === undefined) show.result(printable(chosen));
  else show.note(`${printable(chosen)} is the default now.`);
  return 0;
}

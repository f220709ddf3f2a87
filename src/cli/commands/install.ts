import { shellWord } from '../../base/shell-word.ts';
import type { PreparedInstall } from '../../install/prepare.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { fetchSettings } from '../flags.ts';
import { type DoneModel, installScreen, onAbortOf } from '../install-models.ts';
import { homeInHint } from '../show/home-in-commands.ts';
import { fetchText, planData, planText } from '../show/plan-text.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** `luci install`: plan, question, download. */
export const install = defineCommand({
  name: 'install',
  modelsFrom: 'catalogue',
  aliases: ['download', 'pull'],
  operands: '<model>...',
  example: 'smollm2-135m',
  summary: 'fetch and verify models by name',
  details:
    '<model> is a name (llama3.2), a group (tier 1, core models, all models), a repository of the hub (owner/repo:Q4_K_M), an https address or a path of a .gguf file. What is asked above 1 GB, or where the size is unknown, is answered by -y.',
  options: {
    dryRun: { summary: 'show the plan and fetch nothing' },
    copy: { summary: 'with a path: copy the file (default: a link, which takes no room)' },
    update: { summary: 'take what the source has now, not what was first installed' },
  },
  settings: fetchSettings,
  async run(context) {
    const { operands, options, show, signal } = context;
    const luci = await context.luci();
    const prepared = await luci.installs.prepare(operands, { update: options.update === true, signal });
    const { plan } = prepared;
    const isDry = options.dryRun === true;
    const copy = options.copy === true;
    if (show.json && isDry) show.data(planData(plan, prepared.files, copy));
    if (!show.json) showPlan(prepared, { show, isDry, copy });
    // Before anybody is asked; and a dry run says what the real one would.
    await luci.installs.requirePossible(plan);
    if (isDry) return 0;
    if ((await luci.installs.needsConsent(plan)) && !(await confirm(`Fetch ${fetchText(plan)} now?`, context))) {
      show.note('Nothing was fetched.');
      return 0;
    }
    const disabled = new Set((await luci.models.list()).filter(({ enabled }) => !enabled).map(({ name }) => name));
    const screen = installScreen(show, plan, (model) => showUsage(model, disabled.has(model.name), show));
    try {
      await luci.installs.carryOut(prepared, { copy, signal, onAbort: onAbortOf(luci), onEvent: screen.onEvent });
    } catch (error) {
      throw screen.explained(error);
    }
    return 0;
  },
});

function showPlan({ plan, files }: PreparedInstall, { show, isDry, copy }: { show: Show; isDry: boolean; copy: boolean }): void {
  const missing = plan.items.filter(({ action }) => action === 'fetch');
  // One small model needs no table, only what it is.
  const isPlain = missing.length === 0 || (missing.length === 1 && plan.isSizeKnown && plan.bytesToFetch <= 1e9);
  if (isDry) show.result(planText(plan, files, copy, show.terminal));
  else if (!isPlain) show.note(planText(plan, files, copy, show.terminal));
}

function showUsage({ name, facts }: DoneModel, isDisabled: boolean, show: Show): void {
  if (show.json || show.quiet) return;
  if (isDisabled) show.note(`It is disabled.  luci llm enable ${shellWord(printable(name))}`);
  else show.result(usage(name, facts?.kind, show));
}

/** Commands that work with a model of its kind. */
function usage(name: string, kind: NonNullable<DoneModel['facts']>['kind'], show: Show): string {
  const shown = shellWord(printable(name));
  const text = `"${show.terminal.marks.ellipsis}"`;
  const ask = `luci ask -m ${shown} ${text}`;
  const commands = {
    chat: [ask, `luci chat -m ${shown}`, `luci test ${shown}`],
    base: [ask, `luci test ${shown}`],
    embedding: [`luci embed -m ${shown} ${text}`],
    reranker: [`luci show ${shown}`],
  }[kind ?? 'chat'];
  const next = commands.map((command) => homeInHint(command, show.home));
  const line = `  ${next.join('     ')}`;
  const fits = !show.terminal.outIsTerminal || line.length < show.terminal.columns;
  const lines = fits ? [line] : next.map((command) => `  ${command}`);
  return lines.map((text) => show.terminal.style('dim', text, 'out')).join('\n');
}

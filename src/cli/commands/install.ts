import type { Luci } from '../../app/luci.ts';
import { type ErrorCode, isLuciError, LuciError } from '../../base/errors.ts';
import type { Model } from '../../base/model.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes } from '../../base/units.ts';
import { type InstallPlan, requireDiskRoom } from '../../install/plan.ts';
import { requireReach } from '../../install/reach.ts';
import { referenceOf } from '../../install/reference-of.ts';
import type { Command, CommandContext } from '../command.ts';
import { confirm } from '../confirm.ts';
import { fetchModel, importFile } from '../install-models.ts';
import { fetchOptions, fetchOverrides } from '../options.ts';
import { type FileToTake, fetchText, planData, planText } from '../show/plan-text.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** `luci install`: plan, question, download. */
export const install: Command = {
  name: 'install',
  aliases: ['download', 'pull'],
  operands: '<model>...',
  summary: 'fetch and verify models by name',
  details:
    '<model> is a name (llama3.2), a group (tier 1, core models, all models), a repository of the hub (owner/repo:Q4_K_M), an https address or a path of a .gguf file. What is asked above 1 GB, or where the size is unknown, is answered by -y.',
  options: {
    'dry-run': { type: 'boolean', summary: 'show the plan and fetch nothing' },
    copy: { type: 'boolean', summary: 'with a path: copy the file (default: a link, which takes no room)' },
    update: { type: 'boolean', summary: 'take what the source has now, not what was first installed' },
    ...fetchOptions,
  },
  async run(context) {
    const { operands, options, show, signal } = context;
    if (operands.length === 0) throw new LuciError('USAGE', 'Which model?', { hint: 'luci install smollm2-135m' });
    const luci = await context.luci(fetchOverrides(options));
    const targets = await luci.installs.targets(operands, { update: options['update'] === true, signal });
    const models = targets.flatMap((target) => (target.kind === 'model' ? [target.model] : []));
    // A path that is wrong is said before anything is fetched.
    const files: FileToTake[] = [];
    for (const target of targets)
      if (target.kind === 'file')
        files.push({ path: target.path, sizeBytes: (await luci.installs.inspectFile(target.path, signal)).sizeBytes });
    const plan = await luci.installs.plan(models, { signal });
    const isDry = options['dry-run'] === true;
    const copy = options['copy'] === true;
    if (show.json && isDry) show.data(planData(plan, files, copy));
    if (!show.json) showPlan(plan, files, { show, isDry, copy });
    if (isDry) return 0;
    requireReach(plan, { offline: luci.settings.offline, hub: luci.settings.hub, mirrors: luci.settings.download.mirrors });
    requireDiskRoom(plan);
    if (!(await isAllowed(plan, luci.settings.download.confirmAboveBytes, context))) {
      show.note('Nothing was fetched.');
      return 0;
    }
    const failed = await installAll(luci, plan, context);
    for (const { path } of files) {
      const { name, path: storedPath, sizeBytes, vouched } = await importFile(luci, path, { show, signal, copy });
      if (show.json) show.data({ type: 'imported', model: name, path: storedPath, sizeBytes });
      else {
        show.note(
          `  ${show.terminal.style('good', show.terminal.marks.done)} ${printable(name)}  ${formatBytes(sizeBytes)}, sha256 ${vouched ? 'verified' : 'recorded'}`,
        );
        if (!show.quiet) show.result(usage(name, show));
      }
    }
    if (failed.length > 0) throw severalFailed(failed, plan.items.length);
    return 0;
  },
};

interface FailedModel {
  readonly model: Model;
  readonly error: LuciError;
}

/** Failures of one model that say nothing about the next one. */
const ownFailures: readonly ErrorCode[] = [
  'SOURCE_NOT_FOUND',
  'SOURCE_DENIED',
  'SOURCE_BROKEN',
  'DIGEST_MISMATCH',
  'PIN_MISMATCH',
  'GGUF_BROKEN',
];

/** Fetches what is missing, one after the other. Of several models one that fails does not keep the others from coming. */
async function installAll(luci: Luci, plan: InstallPlan, { show, signal }: CommandContext): Promise<readonly FailedModel[]> {
  const { keepPartial } = luci.settings.download;
  const missing = plan.items.filter(({ action }) => action === 'fetch');
  const total = {
    models: missing.length,
    bytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    doneModels: 0,
    doneBytes: 0,
  };
  const disabled = new Set((await luci.models.list()).filter(({ enabled }) => !enabled).map(({ name }) => name));
  const failed: FailedModel[] = [];
  for (const { model, action, sizeBytes } of plan.items) {
    if (action !== 'present') {
      try {
        await fetchModel(luci, model, { show, signal, keepPartial, total });
      } catch (error) {
        if (plan.items.length === 1 || !isLuciError(error) || !ownFailures.includes(error.code)) throw error;
        show.error(error, false);
        failed.push({ model, error });
        continue;
      }
      if (action === 'fetch') {
        total.doneModels += 1;
        total.doneBytes += sizeBytes;
      }
    } else if (show.json) show.data({ type: 'present', model: model.name });
    else show.result(`${printable(model.name)} is installed and verified.`);
    if (show.json || show.quiet) continue;
    if (disabled.has(model.name)) show.note(`It is disabled.  luci llm enable ${shellWord(printable(model.name))}`);
    else show.result(usage(model.name, show));
  }
  return failed;
}

function severalFailed(failed: readonly FailedModel[], of: number): LuciError {
  const names = failed.map(({ model }) => model.name);
  return new LuciError(failed[0]?.error.code ?? 'FAILED', `${failed.length} of ${of} models could not be installed: ${names.join(', ')}`, {
    hint: `luci install ${failed.map(({ model }) => shellWord(referenceOf(model))).join(' ')}`,
    details: { models: names },
  });
}

/** Above the limit, or where the size is unknown, a person is asked. */
async function isAllowed(plan: InstallPlan, confirmAboveBytes: number, context: CommandContext): Promise<boolean> {
  const missing = plan.items.filter(({ action }) => action === 'fetch');
  if (missing.every(({ isSizeKnown }) => isSizeKnown) && plan.bytesToFetch <= confirmAboveBytes) return true;
  return confirm(`Fetch ${fetchText(plan)} now?`, context);
}

function showPlan(
  plan: InstallPlan,
  files: readonly FileToTake[],
  { show, isDry, copy }: { show: Show; isDry: boolean; copy: boolean },
): void {
  const missing = plan.items.filter(({ action }) => action === 'fetch');
  // One small model needs no table, only what it is.
  const isPlain = missing.length === 0 || (missing.length === 1 && plan.isSizeKnown && plan.bytesToFetch <= 1e9);
  if (isDry) show.result(planText(plan, files, copy, show.terminal));
  else if (!isPlain) show.note(planText(plan, files, copy, show.terminal));
}

function usage(name: string, show: Show): string {
  const shown = shellWord(printable(name));
  const next = [`luci ask -m ${shown} "${show.terminal.marks.ellipsis}"`, `luci chat -m ${shown}`, `luci test ${shown}`];
  const line = `  ${next.join('     ')}`;
  const fits = !show.terminal.outIsTerminal || line.length < show.terminal.columns;
  const lines = fits ? [line] : next.map((command) => `  ${command}`);
  return lines.map((text) => show.terminal.style('dim', text, 'out')).join('\n');
}

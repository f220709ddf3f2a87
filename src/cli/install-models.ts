import type { Luci } from '../app/luci.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { formatBytes, formatBytesOf, formatDuration } from '../base/units.ts';
import { starterName } from '../install/choose-installed.ts';
import { referenceOf } from '../install/reference-of.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { CommandContext } from './command.ts';
import { type InstallTotal, installProgress } from './show/download-progress.ts';

/** Fetching one model with everything a person sees of it; shared by `install` and by the first `ask`. */
export async function fetchModel(
  luci: Luci,
  model: Model,
  { show, signal, keepPartial, total }: Pick<CommandContext, 'show' | 'signal'> & { keepPartial: boolean; total?: InstallTotal },
): Promise<InstalledModel> {
  const startedAt = performance.now();
  try {
    const installed = await luci.installs.install(model, {
      signal,
      onAbort: keepPartial ? 'keep' : 'delete',
      onEvent: installProgress(show, total),
    });
    show.live([]);
    const seconds = performance.now() - startedAt;
    const rate = `${formatBytes(installed.sizeBytes)} in ${formatDuration(seconds)}`;
    const sha256 = installed.files[0]?.sha256 ?? '';
    const digest = `sha256 ${sha256.slice(0, 8)}${show.terminal.marks.ellipsis}${sha256.slice(-4)}`;
    const vouched = installed.vouched ? 'verified' : 'recorded; nobody vouched for it before';
    if (!show.json) show.note(`  ${show.terminal.style('good', show.terminal.marks.done)} ${model.name}  ${rate}, ${digest} ${vouched}`);
    return installed;
  } catch (error) {
    show.live([]);
    throw explainStop(error, model);
  }
}

/** What happened to the partial data when the fetch was stopped. */
function explainStop(error: unknown, model: Model): unknown {
  if (!isLuciError(error)) return error;
  const hint = `luci install ${shellWord(referenceOf(model))}`;
  if (error.code === 'CANCELLED') {
    const deleted = error.details['deletedBytes'];
    if (typeof deleted === 'number') {
      return new LuciError('CANCELLED', `Cancelled. Deleted ${formatBytes(deleted)} of partial data. (--keep-partial keeps it.)`, {
        details: error.details,
      });
    }
    const { keptBytes, totalBytes } = error.details;
    const isKnown = typeof keptBytes === 'number' && typeof totalBytes === 'number';
    const at = isKnown ? ` at ${Math.floor((keptBytes / totalBytes) * 100)} %` : '';
    return new LuciError('CANCELLED', `Paused${at}. Run the same command to continue.`, { hint, details: error.details });
  }
  if (error.code === 'TERMINATED' || error.code === 'HUNG_UP')
    return new LuciError(error.code, 'Stopped. What was fetched is kept.', { hint });
  if (error.code === 'NETWORK_FAILED' || error.code === 'OFFLINE') {
    return new LuciError(error.code, `${model.name} could not be fetched: ${error.message}`, {
      hint: [error.hint, hint].filter(Boolean).join('\n'),
      details: error.details,
      cause: error,
    });
  }
  return error;
}

/** Taking over a file of this machine, with the reading of its bytes shown. */
export async function importFile(
  luci: Luci,
  path: string,
  { show, signal, copy }: Pick<CommandContext, 'show' | 'signal'> & { copy: boolean },
): Promise<InstalledModel> {
  try {
    return await luci.installs.importFile(path, {
      copy,
      signal,
      onEvent: ({ doneBytes, totalBytes }) => {
        if (!show.json) show.live([`  reading ${formatBytesOf(doneBytes, totalBytes)}`]);
      },
    });
  } finally {
    show.live([]);
  }
}

/** Fetches the starter when nothing is installed. */
export async function requireAnyModel(luci: Luci, { show, signal }: CommandContext): Promise<void> {
  try {
    await luci.models.choose();
    return;
  } catch (error) {
    if (!isLuciError(error, 'MODEL_NOT_INSTALLED')) throw error;
  }
  const [starter] = await luci.models.resolve([starterName]);
  if (!starter) return;
  const sizeBytes = starter.files[0]?.sizeBytes ?? 0;
  const from = new URL(luci.settings.hub.endpoint).host;
  if (!show.json)
    show.note(
      `No model is installed yet. Fetching the starter: ${starter.name}, ${formatBytes(sizeBytes)}, ${starter.license}, from ${from}`,
    );
  await fetchModel(luci, starter, {
    show: show.json ? { ...show, data: () => undefined } : show,
    signal,
    keepPartial: luci.settings.download.keepPartial,
  });
}

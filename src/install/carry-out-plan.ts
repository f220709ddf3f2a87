import { type ErrorCode, isLuciError, LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { InstallEvent, InstallOptions } from './carry-out.ts';
import type { Installer } from './installer.ts';
import type { PreparedInstall } from './prepare.ts';
import { referenceOf } from './reference-of.ts';

/** Carrying out an install of several things: one after the other, and one that fails does not keep the others from coming. */

/** News of an install of several things. */
export type PlanEvent =
  | InstallEvent
  | { readonly type: 'begin'; readonly model: Model }
  /** Nothing had to be done. */
  | { readonly type: 'present'; readonly model: Model }
  /** One of several failed; the others go on. */
  | { readonly type: 'failed'; readonly model: Model; readonly error: LuciError }
  | { readonly type: 'reading'; readonly path: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly type: 'imported'; readonly path: string; readonly model: InstalledModel };

/** How it is carried out. */
export interface CarryOutOptions extends Pick<InstallOptions, 'signal' | 'onAbort'> {
  /** Copies files of this machine (default: links them, which takes no room). */
  readonly copy?: boolean;
  /** News of each model and file. */
  readonly onEvent?: (event: PlanEvent) => void;
}

/** What it is carried out with. */
interface PlanTools extends Pick<Installer, 'importFile'> {
  /** One model: what stands in the way of all was looked at before. */
  fetchModel(model: Model, options: InstallOptions): Promise<InstalledModel>;
}

interface FailedModel {
  readonly model: Model;
  readonly error: LuciError;
}

/** Failures of one model that say nothing about the next one. */
const ownFailures: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_NOT_FOUND',
  'SOURCE_DENIED',
  'SOURCE_BROKEN',
  'DIGEST_MISMATCH',
  'PIN_MISMATCH',
  'GGUF_BROKEN',
]);

/** Carries it out; see `Installer.carryOut`. */
export async function carryOutPlan(
  { plan, files }: PreparedInstall,
  { fetchModel, importFile }: PlanTools,
  { signal, onAbort, copy, onEvent }: CarryOutOptions = {},
): Promise<void> {
  const failed: FailedModel[] = [];
  for (const { model, action } of plan.items) {
    if (action === 'present') {
      onEvent?.({ type: 'present', model });
      continue;
    }
    onEvent?.({ type: 'begin', model });
    try {
      await fetchModel(model, { signal, onAbort, onEvent });
    } catch (error) {
      if (plan.items.length === 1 || !isLuciError(error) || !ownFailures.has(error.code)) throw error;
      onEvent?.({ type: 'failed', model, error });
      failed.push({ model, error });
    }
  }
  for (const { path } of files) {
    const model = await importFile(path, { copy, signal, onEvent: (event) => onEvent?.({ ...event, type: 'reading', path }) });
    onEvent?.({ type: 'imported', path, model });
  }
  if (failed.length > 0) throw severalFailed(failed, plan.items.length);
}

function severalFailed(failed: readonly FailedModel[], of: number): LuciError {
  const names = failed.map(({ model }) => model.name);
  return new LuciError(failed[0]?.error.code ?? 'FAILED', `${failed.length} of ${of} models could not be installed: ${names.join(', ')}`, {
    hint: `luci install ${failed.map(({ model }) => shellWord(referenceOf(model))).join(' ')}`,
    details: { models: names },
  });
}

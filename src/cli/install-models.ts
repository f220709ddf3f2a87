import type { Luci } from '../app/luci.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { formatBytes, formatBytesOf, formatDuration } from '../base/units.ts';
import type { PlanEvent } from '../install/carry-out-plan.ts';
import type { InstallPlan } from '../install/plan.ts';
import { referenceOf } from '../install/reference-of.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { CommandContext } from './command.ts';
import { installProgress } from './show/download-progress.ts';
import { kindText } from './show/kind-text.ts';
import type { Show } from './show/show.ts';
import type { Terminal } from './show/terminal.ts';
import { printable } from './show/text.ts';

/** What a person sees of an install, by `install` and by the first `ask`. */
export interface InstallScreen {
  readonly onEvent: (event: PlanEvent) => void;
  /** What is said of a failure that ends the install. */
  readonly explained: (error: unknown) => unknown;
}

/** A model that is there; what its file says of it is not known where nothing was to be done. */
export type DoneModel = Pick<InstalledModel, 'name'> & Partial<Pick<InstalledModel, 'facts'>>;

/** The screen of a plan. `onDone` is called with each model that is there then. */
export function installScreen(show: Show, { items }: Pick<InstallPlan, 'items'>, onDone?: (model: DoneModel) => void): InstallScreen {
  const missing = items.filter(({ action }) => action === 'fetch');
  const total = {
    models: missing.length,
    bytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    doneModels: 0,
    doneBytes: 0,
  };
  let progress = installProgress(show, total);
  let underWay: Model | undefined;
  let startedAtMs = 0;
  const listeners: { readonly [T in PlanEvent['type']]: (event: Extract<PlanEvent, { type: T }>) => void } = {
    begin({ model }) {
      underWay = model;
      startedAtMs = performance.now();
      progress = installProgress(show, total);
    },
    file: (event) => progress(event),
    installed(event) {
      progress(event);
      show.live([]);
      if (!show.json) show.note(installedLine(event.model, performance.now() - startedAtMs, show.terminal));
      const item = missing.find(({ model }) => model === underWay);
      if (item) {
        total.doneModels += 1;
        total.doneBytes += item.sizeBytes;
      }
      onDone?.(event.model);
      underWay = undefined;
    },
    present({ model }) {
      if (show.json) show.data({ type: 'present', model: model.name });
      else show.result(`${printable(model.name)} is installed and verified.`);
      onDone?.(model);
    },
    failed({ error }) {
      show.live([]);
      show.error(error, false);
      underWay = undefined;
    },
    reading({ doneBytes, totalBytes }) {
      if (!show.json) show.live([`  reading ${formatBytesOf(doneBytes, totalBytes)}`]);
    },
    imported({ model }) {
      show.live([]);
      if (show.json) show.data({ type: 'imported', model: model.name, path: model.path, sizeBytes: model.sizeBytes });
      else show.note(importedLine(model, show.terminal));
      onDone?.(model);
    },
  };
  return {
    onEvent: (event) => (listeners[event.type] as (event: PlanEvent) => void)(event),
    explained(error) {
      show.live([]);
      return underWay ? explainStop(error, underWay) : error;
    },
  };
}

function installedLine({ name, sizeBytes, files, vouched, facts }: InstalledModel, ms: number, { marks, style }: Terminal): string {
  const sha256 = files[0]?.sha256 ?? '';
  const digest = `sha256 ${sha256.slice(0, 8)}${marks.ellipsis}${sha256.slice(-4)}`;
  const how = vouched ? 'verified' : 'recorded; nobody vouched for it before';
  return `  ${style('good', marks.done)} ${name}  ${formatBytes(sizeBytes)} in ${formatDuration(ms)}, ${digest} ${how}${kindNote(facts)}`;
}

/** What is no chat model says so. */
function kindNote(facts: InstalledModel['facts']): string {
  return facts?.kind === undefined || facts.kind === 'chat' ? '' : `. ${kindText(facts.kind)}`;
}

function importedLine({ name, sizeBytes, vouched, facts }: InstalledModel, { marks, style }: Terminal): string {
  return `  ${style('good', marks.done)} ${printable(name)}  ${formatBytes(sizeBytes)}, sha256 ${vouched ? 'verified' : 'recorded'}${kindNote(facts)}`;
}

/** What happened to the partial data when the fetch was stopped. */
function explainStop(error: unknown, model: Model): unknown {
  if (!isLuciError(error)) return error;
  const hint = `luci install ${shellWord(referenceOf(model))}`;
  if (isLuciError(error, 'CANCELLED')) {
    const { deletedBytes, keptBytes, totalBytes } = error.details;
    if (deletedBytes !== undefined) {
      return new LuciError('CANCELLED', `Cancelled. Deleted ${formatBytes(deletedBytes)} of partial data. (--keep-partial keeps it.)`, {
        details: error.details,
      });
    }
    const isKnown = keptBytes !== undefined && totalBytes !== undefined;
    const at = isKnown ? ` at ${Math.floor((keptBytes / totalBytes) * 100)} %` : '';
    return new LuciError('CANCELLED', `Paused${at}. Run the same command to continue.`, { hint, details: error.details });
  }
  if (error.code === 'TERMINATED' || error.code === 'HUNG_UP')
    return new LuciError(error.code, 'Stopped. What was fetched is kept.', { hint });
  if (isLuciError(error, 'NETWORK_FAILED') || isLuciError(error, 'OFFLINE')) {
    return new LuciError(error.code, `${model.name} could not be fetched: ${error.message}`, {
      hint: [error.hint, hint].filter(Boolean).join('\n'),
      details: error.details,
      cause: error,
    });
  }
  return error;
}

/** Whether a model can be chosen. Asked before {@link Luci.installs} is: with a model, nothing of installing is loaded, and the first word comes sooner. */
export async function hasModel({ models }: Luci): Promise<boolean> {
  try {
    await models.choose();
    return true;
  } catch (error) {
    if (isLuciError(error, 'MODEL_NOT_INSTALLED')) return false;
    throw error;
  }
}

/** Fetches the starter when nothing is installed. */
export async function requireAnyModel(luci: Luci, { show, signal }: Pick<CommandContext, 'show' | 'signal'>): Promise<void> {
  if (await hasModel(luci)) return;
  const starter = await luci.installs.starterIfEmpty();
  if (!starter) return;
  // Before anything is said of fetching: offline nothing is.
  const prepared = await luci.installs.prepare([starter.name], { signal });
  await luci.installs.requirePossible(prepared.plan);
  const sizeBytes = starter.files[0]?.sizeBytes ?? 0;
  const from = new URL(luci.settings.hub.endpoint).host;
  if (!show.json)
    show.note(
      `No model is installed yet. Fetching the starter: ${starter.name}, ${formatBytes(sizeBytes)}, ${starter.license}, from ${from}\nThe starter is only to try things out: luci recommend names models for this machine.`,
    );
  // With --json the answer is the only data.
  const screen = installScreen(show.json ? { ...show, data: () => undefined } : show, { items: [] });
  try {
    await luci.installs.carryOut(prepared, { signal, onAbort: onAbortOf(luci), onEvent: screen.onEvent });
  } catch (error) {
    throw screen.explained(error);
  }
}

/** What Ctrl+C does to partial data. */
export function onAbortOf({ settings }: Pick<Luci, 'settings'>): 'keep' | 'delete' {
  return settings.download.keepPartial ? 'keep' : 'delete';
}

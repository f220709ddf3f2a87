import { signal } from '@preact/signals';
import type { InstallUpdate } from '../../src/serve/luci/wire.ts';
import { ask, askEvents } from '../api.ts';
import { attempt, showFault, status } from '../status.ts';
import { loadModels } from './models.ts';

/** Installs under way, by the name of their model. */

type Progress = Extract<InstallUpdate, { readonly type: 'progress' }>;

/** How far each is; undefined before its first word. */
export const running = signal<ReadonlyMap<string, Progress | undefined>>(new Map());

/** Those to be given up when they have stopped. */
const unwanted = new Set<string>();

/** Installs a model, or goes on with one that was paused. */
export async function install(model: string): Promise<void> {
  if (running.value.has(model)) return;
  set(model, undefined);
  status.value = `Installing ${model}`;
  try {
    for await (const update of askEvents<InstallUpdate>('/luci/installs', { method: 'POST', body: { model } })) {
      if (update.type === 'progress') set(model, update);
      else status.value = `${model} is ${update.type}`;
    }
  } catch (error) {
    showFault(error);
  }
  if (unwanted.delete(model)) await deleteFetched(model);
  const left = new Map(running.value);
  left.delete(model);
  running.value = left;
  await loadModels();
}

/** Stops it; what was fetched stays for later. */
export async function pause(model: string): Promise<void> {
  await attempt(() => ask('/luci/installs/pause', { method: 'POST', body: { model } }));
}

/** Stops it and deletes what was fetched. */
export function cancel(model: string): Promise<void> {
  unwanted.add(model);
  return pause(model);
}

/** Deletes what a paused install has fetched. */
export async function giveUp(model: string): Promise<void> {
  await deleteFetched(model);
  await loadModels();
}

async function deleteFetched(model: string): Promise<void> {
  await attempt(() => ask(`/luci/installs/${encodeURIComponent(model)}`, { method: 'DELETE' }));
  status.value = `What was fetched of ${model} is deleted`;
}

function set(model: string, progress: Progress | undefined): void {
  running.value = new Map(running.value).set(model, progress);
}

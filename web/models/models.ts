import { computed, signal } from '@preact/signals';
import type { CatalogueEntry, InstalledEntry, ModelsAnswer, RecommendedAnswer, RemoteModelsAnswer } from '../../src/serve/luci/wire.ts';
import { ask } from '../api.ts';
import { attempt, showFault, status } from '../status.ts';

/** The models: installed ones, those of the catalogue, and what changes them. */

export const installed = signal<readonly InstalledEntry[]>([]);
export const catalogue = signal<readonly CatalogueEntry[]>([]);
export const recommended = signal<RecommendedAnswer['models']>([]);
export const elsewhere = signal<RemoteModelsAnswer['models']>([]);
export const query = signal('');
export const onlyFitting = signal(true);
export const isLoaded = signal(false);

/** Those that can be asked, the default first. */
export const chatModels = computed(() =>
  installed.value
    .filter(({ enabled, problem, kind }) => enabled && problem === null && kind !== 'embedding' && kind !== 'reranker')
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault)),
);

/** All that a chat may ask, by name: first those of this machine. */
export const askable = computed(() => [...chatModels.value, ...elsewhere.value].map(({ name }) => name));

/** Where a model is asked; undefined for one of this machine. */
export function hostOf(model: string): string | undefined {
  return elsewhere.value.find(({ name }) => name === model)?.host;
}

/** Asks which models endpoints elsewhere have. */
export async function loadElsewhere(): Promise<void> {
  // Not an attempt: nobody asked for it, and what is shown of another failure stays.
  try {
    elsewhere.value = (await ask<RemoteModelsAnswer>('/luci/remote-models')).models;
  } catch (error) {
    showFault(error);
  }
}

/** Asks for them again, as the search is set. */
export async function loadModels(): Promise<void> {
  const asked = `/luci/models?q=${encodeURIComponent(query.value)}${onlyFitting.value ? '&fits=1' : ''}`;
  latest = asked;
  try {
    const answer = await ask<ModelsAnswer>(asked);
    if (latest !== asked) return; // Something else is searched for by now.
    installed.value = answer.installed;
    catalogue.value = answer.catalogue;
    isLoaded.value = true;
  } catch (error) {
    showFault(error);
  }
}

let latest = '';

/** Asks which suit this machine. */
export async function loadRecommended(): Promise<void> {
  await attempt(async () => {
    recommended.value = (await ask<RecommendedAnswer>('/luci/recommended')).models;
  });
}

/** Switches a model on or off, or makes it the default. */
export async function change(model: string, how: { readonly enabled?: boolean; readonly isDefault?: boolean }): Promise<void> {
  const isDone = await attempt(() => ask('/luci/models', { method: 'POST', body: { model, ...how } }));
  if (isDone) status.value = `${model}: ${how.isDefault ? 'the default now' : how.enabled ? 'enabled' : 'disabled'}`;
  await loadModels();
}

/** Removes a model from the disk. */
export async function remove(model: string): Promise<void> {
  const isDone = await attempt(() => ask(`/luci/models/${encodeURIComponent(model)}`, { method: 'DELETE' }));
  if (isDone) status.value = `${model} is removed`;
  await loadModels();
}

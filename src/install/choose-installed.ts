import { LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import type { AbilityRecords } from '../store/ability-records.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { SpeedRecord } from '../store/speed-records.ts';
import type { TestRecord } from '../store/test-records.ts';
import type { Fit } from './fit.ts';

/** Which installed model a run uses. Pure. */

/** An installed model with what the catalogue says of it. */
export interface ListedModel extends InstalledModel {
  /** The catalogue's entry, where the name is known there. */
  readonly entry: Model | undefined;
  /** Memory at the smallest context it is opened with: by its file's header, where that was read. */
  readonly memoryBytes: number;
  readonly fits: Fit;
  /** What tests have proven of these very bytes. */
  readonly proven: TestRecord | undefined;
  /** What suites beyond the ladder have shown of them, by name of the suite. */
  readonly abilities?: AbilityRecords;
  /** What `luci bench` has measured of these very bytes. */
  readonly speed?: SpeedRecord;
}

/** A model that can be opened. */
export interface UsableModel {
  readonly name: string;
  readonly path: string;
  /** Set for a model elsewhere, which has no path. */
  readonly remote?: { readonly remote: string; readonly model: string };
}

/** The model that is installed when there is none. */
export const starterName = 'smollm2-135m';

/** The default model, or the only one that can be used: told without the catalogue. Undefined where models are to be compared. */
export function chooseWithoutComparing(models: readonly InstalledModel[]): UsableModel | undefined {
  const usable = models.filter(isUsable);
  const chosen = usable.find((model) => model.isDefault) ?? (usable.length === 1 ? usable[0] : undefined);
  return chosen && { name: chosen.name, path: chosen.path };
}

/**
 * The default model, else the enabled one of the highest tier that fits, the larger before the smaller; a base model, which continues
 * text and answers nobody, only where there is no other; one that makes no text last of all.
 */
export function chooseUnnamed(models: readonly ListedModel[]): UsableModel {
  const clear = chooseWithoutComparing(models);
  if (clear) return clear;
  const [chosen] = models.filter(isUsable).sort((a, b) => rank(b) - rank(a));
  return chosen ? { name: chosen.name, path: chosen.path } : noneUsable(models);
}

/** Throws what is said where none of the models can be used: what is wrong with the one that is enabled, that all are disabled, or that there are none. */
export function noneUsable(models: readonly InstalledModel[]): never {
  const enabled = models.find((model) => model.enabled);
  if (enabled) requireUsable(enabled);
  const [disabled] = models;
  if (disabled)
    throw new LuciError('MODEL_DISABLED', 'All installed models are disabled.', { hint: `luci llm enable ${shellWord(disabled.name)}` });
  throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed.', { hint: `luci install ${starterName}` });
}

function isUsable({ enabled, problem }: InstalledModel): boolean {
  return enabled && problem === undefined;
}

/** What a model must have proven to be chosen. */
export interface Need {
  readonly tier?: number;
  readonly ability?: 'code' | 'json' | 'tools';
}

/** Whether a record shows what is needed. */
export function isProven({ tier: held, abilities }: TestRecord, { tier = 0, ability }: Need): boolean {
  const wanted = ability === 'json' ? 'formats' : ability;
  return held >= tier && (wanted === undefined || (abilities[wanted] ?? 0) >= 0.8);
}

/** The smallest enabled model that tests have shown to hold a tier, or to have an ability (four fifths of its cases). */
export function chooseProven(models: readonly ListedModel[], { tier = 0, ability }: Need): UsableModel {
  const able = models.filter(
    ({ enabled, problem, proven }) => enabled && problem === undefined && proven !== undefined && isProven(proven, { tier, ability }),
  );
  const [smallest] = able.sort((a, b) => (a.facts?.parametersB ?? 0) - (b.facts?.parametersB ?? 0));
  if (smallest) return { name: smallest.name, path: smallest.path };
  const what = ability === undefined ? `tier ${tier}` : ability;
  throw new LuciError('MODEL_NOT_INSTALLED', `No enabled model has proven ${what}.`, { hint: 'luci test\nluci list' });
}

function rank({ fits, entry, facts }: ListedModel): number {
  const fit = { yes: 2, tight: 1, no: 0 }[fits];
  const answers = facts?.kind === 'embedding' || facts?.kind === 'reranker' ? -1 : isBase(entry, facts) ? 0 : 1;
  return answers * 1e7 + fit * 1e6 + (entry?.tier ?? 0) * 1e4 + Math.min(9999, facts?.parametersB ?? 0);
}

function isBase(entry: ListedModel['entry'], facts: ListedModel['facts']): boolean {
  return facts?.kind === undefined ? entry?.purposes.includes('base') === true : facts.kind === 'base';
}

/** The smallest enabled embedding model; undefined where there is none. */
export function chooseEmbedding(models: readonly InstalledModel[]): UsableModel | undefined {
  const [chosen] = models.filter((model) => isUsable(model) && model.facts?.kind === 'embedding').sort((a, b) => a.sizeBytes - b.sizeBytes);
  return chosen && { name: chosen.name, path: chosen.path };
}

/** The model, unless it is disabled or no model at all. */
export function requireUsable(model: InstalledModel): UsableModel {
  if (!model.enabled)
    throw new LuciError('MODEL_DISABLED', `${model.name} is disabled.`, { hint: `luci llm enable ${shellWord(model.name)}` });
  if (model.damaged) throw damagedModel(model);
  if (model.problem !== undefined)
    throw new LuciError('GGUF_BROKEN', `${model.name} cannot be used. ${model.problem}`, {
      // A file that came from nowhere luci knows of cannot be fetched again.
      hint: `luci ${model.source || model.vouched ? 'verify --repair' : 'remove'} ${shellWord(model.name)}`,
    });
  return { name: model.name, path: model.path };
}

/** What is said of a model whose bytes are others than were installed. */
export function damagedModel({ name, problem = '' }: InstalledModel): LuciError {
  return new LuciError('DIGEST_MISMATCH', `${name} is damaged. ${problem}`, { hint: `luci verify --repair ${shellWord(name)}` });
}

import { readFileSync } from 'node:fs';
import { dataPath } from '../base/parts.ts';

/** How the makers of a model advise to choose its tokens, as their model cards say. Apart from the catalogue, which not every question reads. */

/** What is advised; the rest is as for every model. */
export interface AdvisedSampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly repeatPenalty?: number;
}

/** One advice, and the catalogue's names of the models it is for. */
interface Advice {
  readonly models: readonly string[];
  readonly sampling: AdvisedSampling;
}

/** All that is known. */
export function readAdvice(): readonly Advice[] {
  return JSON.parse(readFileSync(dataPath('catalog', 'sampling.json'), 'utf8')) as readonly Advice[];
}

/** What is advised for a model of the catalogue; undefined where nothing is known. */
export function advisedSampling(name: string): AdvisedSampling | undefined {
  return readAdvice().find(({ models }) => models.includes(name))?.sampling;
}

/** The advice with what a person asked for in its place. Who asks for the likeliest tokens, temperature 0, gets them and nothing else. */
export function withAdvice<S extends AdvisedSampling>(name: string, asked: S): S {
  if (asked.temperature === 0) return asked;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...advisedSampling(name), ...given } as S;
}

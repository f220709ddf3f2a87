import { withAdvice } from '../catalog/advised-sampling.ts';
import type { Sampling } from '../engine/engine.ts';

/** As the makers advise where they do, else the likeliest tokens. The same question gets the same answer, unless it was asked to be otherwise. */
export function likeliestSampling(name: string, asked: Sampling): Sampling {
  const advised = withAdvice(name, asked);
  return {
    ...advised,
    temperature: advised.temperature ?? 0,
    seed: asked.seed ?? (asked.temperature === undefined && advised.temperature ? 0 : undefined),
  };
}

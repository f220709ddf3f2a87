import { basename } from 'node:path';
import { checkGgufFile, type GgufFacts } from './facts.ts';
import { ggufError } from './gguf-error.ts';

/** Split models: several files that are one. */

/**
 * Reads and checks a model of one file or of several parts in order; see {@link checkGgufFile}. The facts are those of the first part,
 * which alone says them, with the weights of all.
 * @throws GGUF_BROKEN also for parts in a wrong order, parts of different models, and a part that stands alone
 */
export async function checkGgufParts(paths: readonly string[], signal?: AbortSignal): Promise<GgufFacts> {
  const all: GgufFacts[] = [];
  for (const path of paths) all.push(await checkGgufFile(path, signal));
  const [first] = all;
  if (!first) throw ggufError('it has no files');
  for (const [index, facts] of all.entries()) requirePart(facts, { index, first, name: basename(paths[index] ?? ''), count: paths.length });
  if (all.length === 1) return first;
  const tensorCount = all.reduce((sum, facts) => sum + facts.tensorCount, 0);
  if (first.splitTensorCount !== undefined && tensorCount !== first.splitTensorCount)
    throw ggufError(`its parts hold ${tensorCount} tensors of ${first.splitTensorCount}`);
  return sumOf(first, all);
}

interface PartPlace {
  readonly index: number;
  readonly count: number;
  readonly name: string;
  readonly first: GgufFacts;
}

function requirePart(facts: GgufFacts, { index, count, name, first }: PartPlace): void {
  const { splitIndex = 0, splitCount = 1, splitTensorCount } = facts;
  if (splitCount !== count)
    throw ggufError(`${name} is part ${splitIndex + 1} of ${splitCount}, and ${count === 1 ? 'it is alone' : `${count} are here`}`);
  if (splitIndex !== index) throw ggufError(`${name} is part ${splitIndex + 1} in the place of part ${index + 1}`);
  if (splitTensorCount !== first.splitTensorCount) throw ggufError(`${name} is a part of another model`);
}

function sumOf(first: GgufFacts, all: readonly GgufFacts[]): GgufFacts {
  const weightsByType: Record<string, number> = {};
  for (const facts of all)
    for (const [type, weights] of Object.entries(facts.weightsByType)) weightsByType[type] = (weightsByType[type] ?? 0) + weights;
  return {
    ...first,
    weightsByType,
    tensorCount: all.reduce((sum, facts) => sum + facts.tensorCount, 0),
    hasSplitExperts: all.some((facts) => facts.hasSplitExperts),
    parameters: all.reduce((sum, { parameters }) => sum + parameters, 0),
    tensorBytes: all.reduce((sum, { tensorBytes }) => sum + tensorBytes, 0),
  };
}

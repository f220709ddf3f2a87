import type { ListedModel } from '../../app/models.ts';

/** Which installed model has time for an answer. Pure. */

/** A model that was chosen; one elsewhere has no path. */
type Chosen = Pick<ListedModel, 'name' | 'path'>;

/** An answer of so many tokens is worth waiting for. */
const answerTokens = 64;
/** The rest is for loading the model and reading the question. */
const writingShare = 0.6;

/**
 * The model that was chosen, where it has the time for an answer or nobody knows; else the largest smaller one that has, or the fastest of
 * all where none has. How fast a model is that was not measured follows from its size and from those that were.
 */
export function chooseInTime(chosen: Chosen, models: readonly ListedModel[], limitMs: number): Chosen {
  const bytesPerSecond = weightSpeedOf(models);
  const own = models.find(({ name }) => name === chosen.name);
  if (!own || bytesPerSecond === undefined) return chosen;
  const isInTime = (model: ListedModel): boolean => answerTokens / speedOf(model, bytesPerSecond) <= (limitMs / 1000) * writingShare;
  if (isInTime(own)) return chosen;
  const smaller = models.filter((model) => model.sizeBytes < own.sizeBytes && canAnswer(model)).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const found = smaller.find(isInTime) ?? smaller.at(-1);
  return found ? { name: found.name, path: found.path } : chosen;
}

/** Bytes of weights a second, of the model that was measured to be the slowest at it. */
function weightSpeedOf(models: readonly ListedModel[]): number | undefined {
  const measured = models.flatMap((model) => {
    const speed = measuredSpeed(model);
    return speed === undefined ? [] : [speed * model.sizeBytes];
  });
  return measured.length === 0 ? undefined : Math.min(...measured);
}

function measuredSpeed({ speed }: ListedModel): number | undefined {
  return speed?.rows[0]?.generatedTokensPerSecond;
}

/** Tokens a second. */
function speedOf(model: ListedModel, bytesPerSecond: number): number {
  return measuredSpeed(model) ?? bytesPerSecond / model.sizeBytes;
}

function canAnswer({ enabled, problem, facts, entry }: ListedModel): boolean {
  const isChat = facts?.kind === undefined ? entry?.purposes.includes('base') !== true : facts.kind === 'chat';
  return enabled && problem === undefined && isChat;
}

import type { InstalledModel } from '../store/installed-model.ts';

/**
 * What every command says of a model's bytes: no model at all; others than were installed; read and vouched for; read, and nobody vouches for
 * them; not read.
 */
export type ModelState = 'broken' | 'damaged' | 'verified' | 'recorded' | 'not verified';

/** The one state of a model. */
export function stateOfModel({ problem, damaged, verified, vouched }: InstalledModel): ModelState {
  if (damaged) return 'damaged';
  if (problem !== undefined) return 'broken';
  if (!verified) return 'not verified';
  return vouched ? 'verified' : 'recorded';
}

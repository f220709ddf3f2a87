import type { Instance, ScriptedTurn } from './case.ts';
import { grade } from './grade/grade.ts';
import type { GradeOptions } from './grade/grading.ts';
import { type Grade, passed } from './grade/verdict.ts';
import { openWorld } from './run/world.ts';

/**
 * The verdict on turns that are written down, without a model; every turn that is graded must pass. Turns that are missing say nothing.
 * @throws TESTS_INCOMPLETE when a sandbox does not work
 */
export async function verdictOn(instance: Instance, turns: readonly ScriptedTurn[], options: GradeOptions = {}): Promise<Grade> {
  await using world = instance.world ? await openWorld(instance.world) : undefined;
  let verdict = passed;
  for (const [index, { verify }] of instance.turns.entries()) {
    const turn = turns[index] ?? { text: '' };
    const answered = world ? await world.play(turn) : { text: turn.text };
    if (verify && verdict.passes) verdict = await grade(verify, answered, options);
  }
  return verdict;
}

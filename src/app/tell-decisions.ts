import { join } from 'node:path';
import { debugLog, isDebugLogOn, keepDebugLog } from '../base/debug-log.ts';
import { type EngineProgramKind, engineProgramKinds } from '../base/engine-programs.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { type EngineWish, embeddedObstacle, machineObstacles, modelObstacle } from '../engine/choose-engine.ts';
import type { EngineKind } from '../engine/engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import type { UsableModel } from '../install/choose-installed.ts';

/** What the debug log is told of settings, models, sessions and engines. */

/** Begins the debug log of a home folder: the settings that are not as they come, and where each is from. */
export function tellSettings({ origins }: Settings, directories: Directories): void {
  keepDebugLog(join(directories.logs, 'debug.log'));
  const given = Object.entries(origins).filter(([, origin]) => origin !== 'default');
  debugLog('settings', { home: directories.home, ...Object.fromEntries(given.map(([name, origin]) => [name, `from ${origin}`])) });
}

/** Which model a reference came to. */
export function tellModel(reference: string | undefined, { name }: UsableModel): void {
  const why = reference === undefined ? 'the default, else the best that fits' : 'it was named';
  debugLog('model', { asked: reference, taken: name, why });
}

/** How a session came to be. */
export interface SessionTold {
  readonly state: 'shared' | 'opened';
  readonly engine: EngineKind;
  readonly why?: string;
  readonly contextLength?: number;
  readonly threads?: number;
}

/** Whether a session was opened or shared. */
export function tellSession({ name }: Pick<UsableModel, 'name'>, told: SessionTold): void {
  debugLog('session', { model: name, ...told });
}

/** Which engine was taken, and why not the others. */
export function tellChoice(facts: MachineFacts, wish: EngineWish, kind: EngineKind): void {
  if (!isDebugLogOn()) return;
  const { programs, model } = wish;
  const obstacleOf = (other: EngineProgramKind): string | undefined => {
    const here = programs[other];
    if (here === undefined) return 'there is none';
    return (machineObstacles[other](facts) ?? modelObstacle(other, model, here.version))?.message;
  };
  debugLog('engine', {
    taken: kind,
    why: reasonOf(wish),
    'not-embedded': embeddedObstacle(facts)?.message ?? modelObstacle('embedded', model, undefined)?.message,
    ...Object.fromEntries(engineProgramKinds.map((other) => [`not-${other}`, obstacleOf(other)])),
  });
}

function reasonOf({ choice, isLlamafile, isSpread }: EngineWish): string {
  if (isLlamafile) return 'the file is a llamafile';
  if (isSpread) return 'rpc was asked for';
  return choice === 'auto' ? 'the first that can' : 'it was asked for';
}

import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { lock } from '../base/lock.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError } from '../base/system-error.ts';

/**
 * Which models are switched off: `llm_state.json`, `{"name": true|false}`, the format of luci's prototype.
 * A model that is not named is enabled. Entries we do not know are kept.
 */

const fileName = 'llm_state.json';

/** Name to enabled. A file that cannot be read as JSON counts as empty here and is never overwritten by {@link setEnabled}. */
export async function readEnabledState(home: string): Promise<Readonly<Record<string, unknown>>> {
  return (await read(home)) ?? {};
}

/** Whether the state says the model is enabled; names compare without case, as people type them. */
export function isEnabled(state: Readonly<Record<string, unknown>>, name: string): boolean {
  const key = keyOf(state, name);
  return key === undefined || state[key] !== false;
}

/** Switches models on or off. */
export async function setEnabled(home: string, names: readonly string[], enabled: boolean): Promise<void> {
  await using _held = await lock(join(home, 'state', 'llm_state.lock'));
  const state = await read(home);
  if (state === undefined) {
    const path = join(home, fileName);
    throw new LuciError('STATE_BROKEN', `${path} is not a JSON object; nothing was changed`, {
      hint: `Mend it, or move it away: mv '${path}' '${path}.old'`,
    });
  }
  const changed = { ...state };
  for (const name of names) changed[keyOf(changed, name) ?? name] = enabled;
  const path = join(home, fileName);
  await writeFileAtomic(path, `${JSON.stringify(changed, null, 2)}\n`).catch((error: unknown) => {
    throw diskError(error, path, 'write which models are enabled');
  });
}

async function read(home: string): Promise<Record<string, unknown> | undefined> {
  const path = join(home, fileName);
  try {
    const text = readSmallFile(path);
    if (text === undefined) return {};
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isLuciError(error, 'STATE_BROKEN')) return undefined;
    throw diskError(error, path, 'read which models are enabled');
  }
}

function keyOf(state: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return Object.keys(state).find((key) => key.toLowerCase() === name.toLowerCase());
}

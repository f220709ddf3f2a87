import { LuciError } from '../base/errors.ts';
import { parseReference } from '../catalog/reference.ts';
import { eventsOf } from '../engine/events-of.ts';
import type { InstallEvent } from '../install/carry-out.ts';
import type { ServeContext } from './context.ts';

/** Models that clients have fetched and removed. */

/** Where an install stands. */
export interface InstallProgress {
  /** The file that is fetched. */
  readonly file: string;
  readonly digest: string | undefined;
  readonly phase: string;
  readonly receivedBytes: number;
  readonly totalBytes: number | undefined;
  readonly bytesPerSecond: number;
}

/**
 * Fetches a model by a name of the catalogue or a repository of the hub. Addresses and paths are for whoever sits at this machine: a client
 * could reach by them what only this machine may reach.
 * @throws FORBIDDEN, MODEL_UNKNOWN and what installs throw
 */
export async function* installModel({ luci }: ServeContext, reference: string, signal: AbortSignal): AsyncGenerator<InstallProgress> {
  const { kind } = parseReference(reference);
  if (kind !== 'name' && kind !== 'hub')
    throw new LuciError('FORBIDDEN', 'Over the server models are fetched by a name of the catalogue or a repository of the hub.', {
      hint: 'luci search',
    });
  const prepared = await luci.installs.prepare([reference], { signal });
  const files = prepared.plan.items.flatMap(({ model }) => model.files);
  const carryOut = (emit: (event: InstallEvent) => void, stop: AbortSignal): Promise<void> =>
    luci.installs.carryOut(prepared, {
      signal: stop,
      onAbort: 'keep',
      onEvent: (event) => {
        if (event.type === 'file') emit(event);
      },
    });
  for await (const event of eventsOf(carryOut, signal)) {
    if (event.type !== 'file' || event.event.type !== 'progress') continue;
    const { phase, receivedBytes, totalBytes, bytesPerSecond } = event.event;
    const file = files[event.part - 1];
    yield { file: file?.name ?? event.model, digest: file?.sha256, phase, receivedBytes, totalBytes, bytesPerSecond };
  }
}

/** Removes an installed model; a file that luci did not fetch goes to the trash. */
export async function removeModel({ luci }: ServeContext, reference: string): Promise<void> {
  const { name } = await luci.models.installed(reference);
  await luci.engine.stop(name);
  await luci.store.remove(name);
}

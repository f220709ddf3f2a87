import * as v from 'valibot';
import { LuciError } from '../../base/errors.ts';
import type { ServeContext } from '../context.ts';
import { installModel } from '../installing.ts';
import type { Checked } from '../route.ts';
import { eventsAnswer } from './events.ts';
import type { InstallUpdate } from './wire.ts';

/** Installs: begun and told as they go, paused, and given up. */

export const installSchema = v.object({ model: v.pipe(v.string(), v.minLength(1)) });

/** What pauses the installs under way, by server and by the model as it was named. */
const running = new WeakMap<ServeContext, Map<string, AbortController>>();

/** POST /luci/installs: fetches a model and tells how far it is. Who hangs up pauses it: what was fetched is kept, and the next goes on there. */
export async function install(context: ServeContext, { model }: Checked<typeof installSchema>, request: Request): Promise<Response> {
  const own = running.get(context) ?? new Map<string, AbortController>();
  running.set(context, own);
  if (own.has(model)) throw new LuciError('LOCKED', `${model} is being installed already.`);
  const pausing = new AbortController();
  own.set(model, pausing);
  async function* updates(signal: AbortSignal): AsyncGenerator<InstallUpdate> {
    try {
      const stop = AbortSignal.any([signal, pausing.signal]);
      for await (const { file, phase, receivedBytes, totalBytes = null, bytesPerSecond } of installModel(context, model, stop))
        yield { type: 'progress', file, phase, receivedBytes, totalBytes, bytesPerSecond };
      yield { type: 'installed' };
    } catch (error) {
      if (!pausing.signal.aborted) throw error;
      yield { type: 'paused' };
    } finally {
      own.delete(model);
    }
  }
  return eventsAnswer(context, updates, request.signal);
}

/** POST /luci/installs/pause: the install ends with the event `paused`, when what was fetched is on the disk. */
export function pause(context: ServeContext, { model }: Checked<typeof installSchema>): Response {
  const pausing = running.get(context)?.get(model);
  if (!pausing) throw new LuciError('NOT_FOUND', `${model.slice(0, 80)} is not being installed.`);
  pausing.abort();
  return Response.json({});
}

/** DELETE /luci/installs/NAME: deletes what a paused install of a model of the catalogue has fetched. */
export async function giveUp({ luci }: ServeContext, path: string): Promise<Response> {
  const models = await luci.models.resolve([path.slice('/luci/installs/'.length)]);
  const files = models.flatMap((model) => model.files.map(({ name }) => name));
  return Response.json({ freedBytes: await luci.cleanup.clean({ files }) });
}

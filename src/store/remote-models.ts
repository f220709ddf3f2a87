import * as v from 'valibot';
import { stateFile } from './state-file.ts';

/**
 * What endpoints said they have, and when: `state/remote-models.json`. It can be asked for again at any time. Endpoints are told apart by
 * address, so one that moved counts as never read.
 */

/** A model of an endpoint, as its list states it. */
export interface KeptRemoteModel {
  readonly id: string;
  /** Tokens it is served with. */
  readonly contextLength?: number;
  /** Tokens it was trained for, or could be loaded with. */
  readonly trainedContextLength?: number;
}

/** What one endpoint said. */
export interface KeptList {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly models: readonly KeptRemoteModel[];
}

const tokens = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));

const schema = v.object({
  version: v.literal(1),
  lists: v.array(
    v.object({
      url: v.string(),
      readAt: v.number(),
      models: v.array(v.object({ id: v.string(), contextLength: tokens, trainedContextLength: tokens })),
    }),
  ),
});

const file = stateFile(schema, { name: 'remote-models', what: 'what remote endpoints have', isRebuilt: true });

/** What each endpoint said last. */
export async function readRemoteModels(stateFolder: string): Promise<readonly KeptList[]> {
  return (await file.read(stateFolder))?.lists ?? [];
}

/** Keeps what an endpoint said in place of what it said before; what is known of addresses that are not in `urls` goes. */
export function keepRemoteModels(stateFolder: string, list: KeptList, urls: readonly string[]): Promise<void> {
  return file.change(stateFolder, (now) => ({
    version: 1,
    lists: [...(now?.lists ?? []).filter(({ url }) => url !== list.url && urls.includes(url)), list],
  }));
}

import * as v from 'valibot';

/** A source as it is kept in state files. */
export const sourceSchema = v.variant('kind', [
  v.object({ kind: v.literal('hub'), repo: v.string(), revision: v.optional(v.string()), path: v.string() }),
  v.object({ kind: v.literal('url'), url: v.string() }),
  v.object({ kind: v.literal('pip'), package: v.string(), version: v.string(), member: v.string() }),
]);

/** A digest as it is kept in state files. */
export const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

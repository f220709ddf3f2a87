import * as v from 'valibot';

/** A digest as it is kept in state files. */
export const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

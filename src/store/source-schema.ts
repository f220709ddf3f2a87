import * as v from 'valibot';
import { sha256Pattern } from '../base/sha256.ts';

/** A digest as it is kept in state files. */
export const sha256Schema = v.pipe(v.string(), v.regex(sha256Pattern));

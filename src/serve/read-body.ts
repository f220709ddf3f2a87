import * as v from 'valibot';
import { LuciError } from '../base/errors.ts';
import { noArray } from './json-object.ts';

/** The body of a request as a value of the schema. Fields that are not in it are left alone. */

/** Bytes a body may have: about two million tokens of text. */
export const maxBodyBytes = 8 * 2 ** 20;

/** @throws USAGE that names the field */
export async function readBody<S extends v.GenericSchema>(request: Request, schema: S): Promise<v.InferOutput<S>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(request)));
  } catch (cause) {
    if (cause instanceof LuciError) throw cause;
    throw new LuciError('USAGE', 'The body is no JSON.', { cause });
  }
  const result = v.safeParse(noArray(schema), value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const param = v.getDotPath(issue) ?? undefined;
  throw new LuciError('USAGE', `${param === undefined ? 'The body' : `"${param}"`} must be ${issue.expected ?? issue.message}.`, {
    details: { param },
  });
}

async function readBytes({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new LuciError('TOO_LARGE', `The body is larger than ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import * as v from 'valibot';
import type { ServeContext } from '../context.ts';
import { ndjson, ndjsonLine, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { installModel, removeModel } from '../installing.ts';
import type { Checked } from '../route.ts';
import { ollamaErrorBody } from './errors.ts';
import { namedFields, namedIn, type namedSchema, namesModel } from './models.ts';

/** What Ollama's clients change: models fetched and removed. */

export const pullSchema = v.pipe(v.object({ ...namedFields, stream: v.nullish(v.boolean()) }), namesModel());

/** POST /api/pull */
export async function pull(context: ServeContext, { stream, ...named }: Checked<typeof pullSchema>, request: Request): Promise<Response> {
  const reference = namedIn(named);
  if (stream === false) {
    for await (const _ of installModel(context, reference, request.signal));
    return Response.json({ status: 'success' });
  }
  async function* lines(signal: AbortSignal): AsyncGenerator<string> {
    yield ndjsonLine({ status: 'pulling manifest' });
    for await (const { file, digest, totalBytes, receivedBytes, phase } of installModel(context, reference, signal)) {
      const layer = { digest: digest === undefined ? undefined : `sha256:${digest}`, total: totalBytes, completed: receivedBytes };
      yield ndjsonLine({ status: phase === 'verifying' ? 'verifying sha256 digest' : `pulling ${file}`, ...layer });
    }
    yield ndjsonLine({ status: 'success' });
  }
  return streamed(lines, { ...ndjson, failure: (error) => ndjsonLine(ollamaErrorBody(failureOf(error, context))) }, request.signal);
}

/** DELETE /api/delete */
export async function remove(context: ServeContext, body: Checked<typeof namedSchema>): Promise<Response> {
  await removeModel(context, namedIn(body));
  return new Response(null, { status: 200 });
}

/** POST /api/copy, /api/create, /api/push */
export function notOffered(): Response {
  return Response.json({ error: 'Copying, making and uploading of models cannot be had here.' }, { status: 501 });
}

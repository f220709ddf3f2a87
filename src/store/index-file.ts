import * as v from 'valibot';
import { modelKinds } from '../gguf/file-kind.ts';
import { storedSourceSchema } from '../sources/kinds.ts';
import type { ModelRecord } from './installed-model.ts';
import { sha256Schema } from './source-schema.ts';
import { stateFile } from './state-file.ts';

/** The index of the store: `state/index.json`. It can be lost or garbage at any time; the files are the truth and it is rebuilt. */

const fileSchema = v.object({
  name: v.pipe(
    v.string(),
    v.check((name) => !/^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/.test(name), 'a path below models/'),
  ),
  sizeBytes: v.number(),
  mtimeMs: v.number(),
  inode: v.number(),
  sha256: v.optional(sha256Schema),
});
const recordSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  files: v.pipe(v.array(fileSchema), v.minLength(1)),
  facts: v.optional(
    v.object({
      architecture: v.string(),
      parametersB: v.optional(v.number()),
      quantization: v.optional(v.string()),
      contextLength: v.optional(v.number()),
      expertCount: v.optional(v.number()),
      kind: v.optional(v.picklist(modelKinds)),
      memoryBytes: v.optional(v.number()),
    }),
  ),
  problem: v.optional(v.string()),
  damaged: v.optional(v.boolean()),
  source: v.optional(storedSourceSchema),
  revision: v.optional(v.string()),
  vouched: v.boolean(),
  wasFetched: v.optional(v.boolean()),
  installedAt: v.string(),
});
const indexSchema = v.object({ version: v.literal(1), models: v.array(recordSchema) });

const file = stateFile(indexSchema, { name: 'index', what: 'the index of models', isRebuilt: true });

/** Records of the index; none when it is missing, garbage, or of another version. */
export async function readIndex(stateFolder: string): Promise<readonly ModelRecord[]> {
  return (await file.read(stateFolder))?.models ?? [];
}

/** Changes the index under its lock, so that two processes never lose each other's change. */
export async function changeIndex(
  stateFolder: string,
  change: (records: readonly ModelRecord[]) => readonly ModelRecord[],
  signal?: AbortSignal,
): Promise<void> {
  await file.change(stateFolder, (now) => ({ version: 1, models: change(now?.models ?? []) }), signal);
}

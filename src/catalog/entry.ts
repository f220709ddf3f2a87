import * as v from 'valibot';
import { allTiers, type Model, type ModelFile, type Source } from '../base/model.ts';
import { sha256Pattern } from '../base/sha256.ts';
import { catalogSourceSchema } from '../sources/kinds.ts';

/** An entry of a catalogue file, as written there, and the model it describes. The same fields as catalog/models.schema.json. */

const sha256 = v.pipe(v.string(), v.regex(sha256Pattern, 'expected 64 lower-case hexadecimal digits'));
const sizeBytes = v.pipe(v.number(), v.integer(), v.minValue(1));
/** A path inside a repository: no leading slash, no way up. */
const repoPath = v.pipe(v.string(), v.regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+\.gguf$/i, 'expected a path that ends in .gguf'));
const positive = v.pipe(v.number(), v.minValue(0.0001));

/** The schema of one entry. */
export const entrySchema = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]*$/i, 'expected letters, digits, ".", "_" and "-"')),
    aliases: v.optional(v.array(v.pipe(v.string(), v.minLength(1))), []),
    family: v.optional(v.string(), 'other'),
    parametersB: positive,
    activeParametersB: v.optional(positive),
    tier: v.picklist(allTiers),
    purposes: v.optional(v.array(v.string()), ['chat']),
    license: v.pipe(v.string(), v.minLength(1)),
    contextLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    architecture: v.optional(v.string(), 'llama'),
    quantization: v.pipe(v.string(), v.minLength(1)),
    repo: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'))),
    revision: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'expected 40 hexadecimal digits'))),
    file: v.optional(repoPath),
    files: v.optional(
      v.pipe(v.array(v.strictObject({ file: repoPath, sizeBytes: v.optional(sizeBytes), sha256: v.optional(sha256) })), v.minLength(1)),
    ),
    sizeBytes: v.optional(sizeBytes),
    sha256: v.optional(sha256),
    alsoFrom: v.optional(v.pipe(v.array(catalogSourceSchema), v.minLength(1))),
    confidence: v.optional(v.picklist(['bytes', 'digest', 'size', 'path'])),
    note: v.optional(v.string()),
  }),
  v.check(({ repo, alsoFrom }) => repo !== undefined || alsoFrom !== undefined, 'expected either "repo" or "alsoFrom"'),
  v.check(({ file, files }) => (file === undefined) !== (files === undefined), 'expected either "file" or "files"'),
);

/** A checked entry. */
export type CatalogEntry = v.InferOutput<typeof entrySchema>;

/** The model an entry describes. */
export function modelOf(entry: CatalogEntry): Model {
  const { file, files, sizeBytes: size, sha256: digest, repo, revision, alsoFrom, ...rest } = entry;
  const parts = files ?? [{ file: file ?? '', sizeBytes: size, sha256: digest }];
  return {
    ...(rest as Omit<Model, 'files'>),
    files: parts.map((part): ModelFile => {
      const hub: readonly Source[] = repo === undefined ? [] : [{ kind: 'hub', repo, path: part.file, revision }];
      return {
        name: part.file.split('/').at(-1) ?? part.file,
        sizeBytes: part.sizeBytes,
        sha256: part.sha256,
        sources: [...hub, ...(alsoFrom ?? [])],
      };
    }),
  };
}

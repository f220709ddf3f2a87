import type { ModelRecord } from './installed-model.ts';

/** One look at the models' folder: the records before it, and those after it. What did not change is the same object in both. */
export interface Look {
  readonly before: readonly ModelRecord[];
  readonly after: readonly ModelRecord[];
}

/** The index with what a look changed, and nothing else: another process may have recorded more of the same files meanwhile. Pure. */
export function mergeLearned(index: readonly ModelRecord[], { before, after }: Look): ModelRecord[] {
  const unchanged = new Set(before);
  const seen = new Set(before.map(contentOf));
  const namesAfter = new Set(after.map(({ name }) => name));
  const gone = new Set(before.filter(({ name }) => !namesAfter.has(name)).map(contentOf));
  const kept = index.filter((record) => !gone.has(contentOf(record)));
  // Of these files somebody knows more, who adopted them since we looked.
  const adopted = new Set(kept.filter((record) => !seen.has(contentOf(record))).map(fileOf));
  const learned = after.filter((record) => !unchanged.has(record) && !adopted.has(fileOf(record)));
  const newNames = new Set(learned.map(({ name }) => name));
  const newFiles = new Set(learned.map(fileOf));
  return [...kept.filter((record) => !newNames.has(record.name) && !newFiles.has(fileOf(record))), ...learned];
}

/** All that a record says: two processes have no objects in common. */
function contentOf(record: ModelRecord): string {
  return JSON.stringify(record);
}

function fileOf({ files }: ModelRecord): string | undefined {
  return files[0]?.name;
}

import * as v from 'valibot';

/** The form of a record on the disk; apart from the types, which programs see without a package. */

const snapshotSchema = v.nullable(
  v.object({
    kind: v.picklist(['file', 'folder', 'link', 'special']),
    bytes: v.number(),
    by: v.picklist(['content', 'times']),
    digest: v.string(),
    parts: v.optional(v.record(v.string(), v.string())),
  }),
);

/** The record of a transaction, `transaction.json`. */
export const transactionSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  time: v.string(),
  folder: v.string(),
  question: v.optional(v.string()),
  operation: v.picklist(['write', 'make-folder', 'move', 'delete']),
  path: v.string(),
  from: v.optional(v.string()),
  before: snapshotSchema,
  after: snapshotSchema,
  isKept: v.boolean(),
  undoneTime: v.optional(v.string()),
  state: v.picklist(['begun', 'done', 'undoing', 'undone', 'redoing']),
});

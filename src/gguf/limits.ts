/** What is believed of a header, and what is kept of it. */

/** A value of the metadata. Arrays over {@link limits.keptItems} items are kept as their length only. */
export type MetadataValue = string | number | boolean | readonly (string | number | boolean)[] | { readonly skippedItems: number };

/** Upper bounds; far above any real model (the largest seen: 2,300 tensors, 90 keys, vocabularies of 262,144). */
export const limits = {
  keys: 65_536,
  tensors: 65_536,
  stringBytes: 16 * 1024 ** 2,
  arrayItems: 4_194_304,
  keptItems: 1024,
  headerBytes: 256 * 1024 ** 2,
  nameBytes: 1024,
  /** GGML_MAX_NAME without its end: an engine refuses longer ones. */
  tensorNameBytes: 63,
};

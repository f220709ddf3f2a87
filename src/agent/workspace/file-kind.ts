/** What a file is whose bytes are no text, in words for a model. */

/** First bytes of common kinds. */
const beginnings: readonly (readonly [string, string])[] = [
  ['ffd8ff', 'a JPEG image'],
  ['89504e47', 'a PNG image'],
  ['47494638', 'a GIF image'],
  ['25504446', 'a PDF document'],
  ['504b0304', 'a ZIP archive or an office document'],
  ['1f8b', 'a gzip archive'],
  ['7f454c46', 'a program'],
  ['4d5a', 'a program'],
  ['cafebabe', 'a program'],
  ['47475546', 'a language model'],
  ['53514c69746520', 'an SQLite database'],
];

/** What bytes that are no UTF-8 text are; undefined for text. */
export function binaryKind(bytes: Buffer): string | undefined {
  const isText = !bytes.includes(0) && !bytes.toString('utf8').includes('\uFFFD');
  // A text may hold the sign for what could not be read; then its bytes are just that sign's.
  if (isText || (!bytes.includes(0) && Buffer.from(bytes.toString('utf8')).equals(bytes))) return undefined;
  const hex = bytes.subarray(0, 8).toString('hex');
  return beginnings.find(([start]) => hex.startsWith(start))?.[1] ?? 'binary';
}

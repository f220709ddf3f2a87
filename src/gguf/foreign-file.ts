/** Kinds of files by how they begin: `text` is the first 256 bytes, `trimmed` the same without blanks before it, in lower case. */
const kinds: readonly (readonly [name: string, fits: (text: string, trimmed: string) => boolean])[] = [
  ['a web page (a login page, perhaps)', (_, trimmed) => /^<(!doctype|html|head)/.test(trimmed)],
  ['an XML answer of a server', (_, trimmed) => /^<(\?xml|error)/.test(trimmed)],
  ['a Git LFS pointer, not the file it points to', (text) => text.startsWith('version https://git-lfs')],
  ['a ZIP archive', (text) => text.startsWith('PK\x03\x04')],
  ['a gzip archive', (text) => text.startsWith('\x1f\x8b')],
  ['a program (a llamafile?)', (text) => text.startsWith('\x7fELF') || text.startsWith('MZ')],
  ['a model in the old GGML format, which no current engine reads', (text) => /^(ggml|ggmf|ggjt|lmgg|fmgg|tjgg)/.test(text)],
  ['a safetensors file', (text) => /^.{8}\{"/s.test(text)],
  ['JSON text', (_, trimmed) => /^[{[]/.test(trimmed)],
  ['a pickled Python model', (text) => text.startsWith('\x80\x02') || text.startsWith('\x80\x04')],
  ['a big-endian GGUF, which this machine cannot run', (text) => text.startsWith('FUGG')],
];

/** Says what a file is that is no GGUF, from its first bytes. */
export function foreignFileName(start: Uint8Array): string {
  const text = Buffer.from(start.subarray(0, 256)).toString('latin1');
  const trimmed = text.trimStart().toLowerCase();
  return kinds.find(([, fits]) => fits(text, trimmed))?.[0] ?? 'a file of another kind';
}

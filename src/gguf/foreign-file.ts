/** Says what a file is that is no GGUF, from its first bytes. */
export function foreignFileName(start: Uint8Array): string {
  const text = Buffer.from(start.subarray(0, 256)).toString('latin1');
  const trimmed = text.trimStart().toLowerCase();
  if (trimmed.startsWith('<!doctype') || trimmed.startsWith('<html') || trimmed.startsWith('<head'))
    return 'a web page (a login page, perhaps)';
  if (trimmed.startsWith('<?xml') || trimmed.startsWith('<error')) return 'an XML answer of a server';
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer, not the file it points to';
  if (text.startsWith('PK\x03\x04')) return 'a ZIP archive';
  if (text.startsWith('\x1f\x8b')) return 'a gzip archive';
  if (text.startsWith('\x7fELF') || text.startsWith('MZ')) return 'a program (a llamafile?)';
  if (/^(ggml|ggmf|ggjt|lmgg|fmgg|tjgg)/.test(text)) return 'a model in the old GGML format, which no current engine reads';
  if (/^.{8}\{"/s.test(text)) return 'a safetensors file';
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return 'JSON text';
  if (text.startsWith('\x80\x02') || text.startsWith('\x80\x04')) return 'a pickled Python model';
  if (text.startsWith('FUGG')) return 'a big-endian GGUF, which this machine cannot run';
  return 'a file of another kind';
}

import { join } from 'node:path';
import type { Sha256 } from '../base/model.ts';
import { splitNameOf } from '../base/split-name.ts';
import { readIndex } from './index-file.ts';
import { scanModels } from './scan.ts';

/** Names of files in `models/`: safe on every system, and one content each. */

/** A file name in `models/` that no other content has; see Store. */
export async function freeFileName(modelsFolder: string, stateFolder: string, wanted: string, sha256: Sha256 | undefined): Promise<string> {
  const safe = safeFileName(wanted);
  const files = scanModels(modelsFolder).flatMap((model) => model.files);
  const records = await readIndex(stateFolder);
  const isFree = async (name: string): Promise<boolean> => {
    const file = files.find((other) => sameName(other.name, name));
    if (!file) return true;
    if (sha256 === undefined) return false;
    const recorded = records.flatMap((record) => record.files).find((other) => sameName(other.name, name));
    // Another luci that installs the same model has its file there before it is recorded.
    return (recorded?.sha256 ?? (await digestOf(join(modelsFolder, file.name)))) === sha256;
  };
  if (await isFree(safe)) return safe;
  // The mark goes before a split model's part number, which has to stay last.
  const stem = splitNameOf(safe)?.stem ?? safe.replace(/\.gguf$/i, '');
  const part = safe.slice(stem.length);
  for (let count = 0; ; count += 1) {
    const mark = count === 0 && sha256 ? sha256.slice(0, 8) : String(count + 2);
    if (await isFree(`${stem}.${mark}${part}`)) return `${stem}.${mark}${part}`;
  }
}

/** The digest of a file; undefined where it cannot be read. */
async function digestOf(path: string): Promise<Sha256 | undefined> {
  const { hashFile } = await import('../base/hash-file.ts');
  return hashFile(path).catch(() => undefined);
}

/** A name that is a plain file on every system: no folders, no reserved characters or device names, no leading dot. */
export function safeFileName(name: string): string {
  const base = name.replaceAll('\\', '/').split('/').at(-1) ?? '';
  const clean = [...base]
    .map((char) => (char < ' ' || '<>:"|?*\u007f'.includes(char) ? '_' : char))
    .join('')
    .replace(/^[.\s-]+|[.\s]+$/g, '');
  const stem = clean.replace(/\.gguf$/i, '').slice(-180) || 'model';
  return `${/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(stem) ? `_${stem}` : stem}.gguf`;
}

/** Whether two names are one on a disk that ignores case, or that composes accents its own way. */
export function sameName(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

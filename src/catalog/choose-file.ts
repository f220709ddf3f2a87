import { LuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { splitNameOf } from '../base/split-name.ts';

/** Which files of a repository make the model a user asked for. Pure. */

/** A file as the hub lists it. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes?: number;
  readonly sha256?: Sha256;
}

/** From what most people run downwards; after these the smallest file. */
const preferred = ['Q4_K_M', 'Q4_K_S', 'Q5_K_M', 'Q4_0', 'Q4_1', 'IQ4_XS', 'Q5_K_S', 'Q6_K', 'Q8_0', 'Q3_K_M', 'F16', 'BF16'];

/** The quantization a file name states, in capitals; `unknown` when it states none. */
export function quantizationOf(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  return (
    /(?:^|[._-])((?:UD-)?(?:IQ|TQ|Q)\d+(?:_[A-Z0-9]+)*|MXFP4(?:_MOE)?|BF16|F16|F32|FP16|FP32)(?=[._-]|$)/i.exec(name)?.[1]?.toUpperCase() ??
    'unknown'
  );
}

/**
 * The file, or all parts in order, of the wanted quantization or of the best one there is.
 * @throws NOT_FOUND naming the quantizations that exist
 */
export function chooseFiles(repo: string, listing: readonly ListedFile[], quantization?: string): readonly ListedFile[] {
  const models = listing.filter(({ path }) => /\.gguf$/i.test(path) && !/mmproj|imatrix|mtp-|-draft/i.test(path));
  if (models.length === 0)
    throw new LuciError('NOT_FOUND', `${repo} holds no GGUF file.`, { hint: `luci search ${repo.split('/')[1] ?? ''}` });
  const wanted = quantization?.toUpperCase();
  const groups = new Map<string, ListedFile[]>();
  for (const file of models) {
    const key = quantizationOf(file.path);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const chosen = wanted ? groups.get(wanted) : groups.get(preferred.find((name) => groups.has(name)) ?? smallest(models));
  if (!chosen) {
    const there = [...groups.keys()].filter((name) => name !== 'unknown').sort();
    throw new LuciError(
      'NOT_FOUND',
      `${repo} has no ${wanted} file. It has ${there.join(', ') || 'files without a stated quantization'}.`,
      {
        hint: `luci install ${repo}:${there[0] ?? ''}`.replace(/:$/, ''),
      },
    );
  }
  return oneModel(chosen);
}

function smallest(files: readonly ListedFile[]): string {
  const [first] = [...files].sort((a, b) => (a.sizeBytes ?? Number.MAX_SAFE_INTEGER) - (b.sizeBytes ?? Number.MAX_SAFE_INTEGER));
  return quantizationOf(first?.path ?? '');
}

/** A whole file before a split one; of a split one all parts in order. */
function oneModel(files: readonly ListedFile[]): readonly ListedFile[] {
  const whole = files.filter(({ path }) => !splitNameOf(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (whole[0]) return [whole[0]];
  const stem = (path: string): string => splitNameOf(path)?.stem ?? path;
  const first = stem([...files].map(({ path }) => path).sort()[0] ?? '');
  return files.filter(({ path }) => stem(path) === first).sort((a, b) => (a.path < b.path ? -1 : 1));
}

import type { Model, ModelFile } from '../base/model.ts';
import { splitNameOf } from '../base/split-name.ts';
import type { Catalog } from '../catalog/load-catalog.ts';
import { wantedQuantization } from '../catalog/quantization.ts';
import { parseReference } from '../catalog/reference.ts';
import { type PartialInfo, wholePrefix } from '../download/partial.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import { statedBytes } from './size-estimate.ts';

/** Which installed model is meant, and which model a file is. Pure. */

/**
 * The catalogue's entry of an installed model. A file of one's own may be called like a model of the catalogue, or by another name of one:
 * it is that model where luci fetched it, or where its size is the stated one (its file's name, where no size is stated).
 */
export function entryOf(catalog: Catalog, model: InstalledModel): Model | undefined {
  // Its other names do not count; looking through them takes 3 ms of `luci list` where a file of one's own is there.
  const named = catalog.byName(model.name);
  if (!named) return undefined;
  if (model.source !== undefined || model.vouched || model.wasFetched) return named;
  const stated = statedBytes(named);
  const isAlike = stated === undefined ? model.files[0]?.name === named.files[0]?.name : stated === model.sizeBytes;
  return isAlike ? named : undefined;
}

/** By name, as `owner/repo` with or without a quantization, or by the name of the file. */
export function findInstalled(models: readonly InstalledModel[], reference: string): InstalledModel | undefined {
  const wanted = reference.toLowerCase();
  const parsed = parseReference(reference);
  return (
    models.find(({ name }) => name.toLowerCase() === wanted) ??
    (parsed.kind === 'hub'
      ? models.find(({ name }) => isOfRepository(name, parsed.repo, parsed.path ?? parsed.quantization))
      : models.find(({ files }) => files[0]?.name.toLowerCase().replace(/\.gguf$/, '') === wanted))
  );
}

/**
 * `installed`: whole, and with the digests that are wanted. `unread`: files of that name and those sizes lie there, put there by hand or
 * with a lost index, and nobody has read their bytes yet.
 */
export function stateOf(model: Model, installed: readonly InstalledModel[]): 'missing' | 'unread' | 'installed' {
  const found = installed.find((other) => other.name === model.name);
  if (!found || found.problem !== undefined) return 'missing';
  const files = model.files.map((file, part) => ({ file, there: found.files[part] }));
  if (found.verified)
    return files.every(({ file, there }) => file.sha256 === undefined || file.sha256 === there?.sha256) ? 'installed' : 'missing';
  const isAlike = files.every(
    ({ file, there }) => file.sha256 !== undefined && file.sizeBytes !== undefined && file.sizeBytes === there?.sizeBytes,
  );
  return isAlike && found.files.length === files.length ? 'unread' : 'missing';
}

/** Bytes of a model's files that an earlier run has fetched. */
export function partialBytesOf(model: Model, partials: readonly PartialInfo[]): number {
  const of = ({ name, sha256 }: ModelFile): PartialInfo | undefined =>
    partials.find(({ key }) => key === sha256 || key === wholePrefix + name);
  return model.files.reduce((sum, file) => sum + (of(file)?.haveBytes ?? 0), 0);
}

/** The catalogue's name for these bytes, else that of the file, made different from every other model's. */
export function nameForImport(catalog: Catalog, installed: readonly InstalledModel[], sha256: string, fileName: string, sizeBytes: number) {
  const known = catalog.models.find((model) => model.files[0]?.sha256 === sha256);
  if (known) return { name: known.name, vouched: true };
  const wanted = nameOfFile(catalog, fileName, sizeBytes) ?? splitNameOf(fileName)?.stem ?? fileName.replace(/\.gguf$/i, '');
  const isTaken = (name: string): boolean =>
    installed.some((other) => other.name.toLowerCase() === name.toLowerCase() && other.files[0]?.sha256 !== sha256);
  let name = wanted;
  for (let count = 2; isTaken(name); count += 1) name = `${wanted}-${count}`;
  return { name, vouched: false };
}

/** The catalogue's name of a file: same file name, and same size where that is known. */
export function nameOfFile(catalog: Catalog, fileName: string, sizeBytes: number): string | undefined {
  const isIt = (model: Model): boolean =>
    model.files.some((file) => file.name === fileName && (file.sizeBytes === undefined || file.sizeBytes === sizeBytes));
  return catalog.models.find(isIt)?.name;
}

/** Whether an installed or pinned name, `owner/repo:Q4_K_M`, answers a reference to that repository. */
export function isOfRepository(name: string, repo: string, wanted: string | undefined): boolean {
  const [, of = '', quantization = ''] = /^([^/]+\/[^/:]+):(.+)$/.exec(name) ?? [];
  if (of.toLowerCase() !== repo.toLowerCase()) return false;
  if (wanted === undefined) return true;
  return [wanted.toUpperCase(), wantedQuantization(wanted)].includes(quantization.toUpperCase());
}

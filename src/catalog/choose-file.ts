import { LuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
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

const pattern = /(?:^|[._-])((?:UD-)?(?:IQ|TQ|Q)\d+(?:_[A-Z0-9]+)*|MXFP4(?:_MOE)?|BF16|F16|F32|FP16|FP32)(?=[._-]|$)/gi;

/** The quantization a file name states, the last if it has several, else its folder's, in capitals; `unknown` when none is stated. */
export function quantizationOf(path: string): string {
  const names = path
    .replace(/\.gguf$/i, '')
    .split('/')
    .slice(-2)
    .reverse();
  for (const name of names) {
    const stated = [...name.matchAll(pattern)].at(-1)?.[1];
    if (stated !== undefined) return stated.toUpperCase();
  }
  return 'unknown';
}

/**
 * The file, or all parts in order, of the wanted quantization or of the best one there is.
 * @throws NOT_FOUND naming the quantizations that exist, USAGE naming the files where several are of the wanted one
 */
export function chooseFiles(repo: string, listing: readonly ListedFile[], quantization?: string): readonly ListedFile[] {
  const models = modelFiles(listing);
  if (models.length === 0) throw noModelIn(repo, listing);
  const wanted = quantization?.toUpperCase();
  const groups = new Map<string, ListedFile[]>();
  for (const file of models) {
    const key = quantizationOf(file.path);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const usual = (): string => preferred.find((name) => groups.has(name)) ?? smallest(models);
  const chosen = wanted === undefined ? groups.get(usual()) : ofQuantization(groups, wanted);
  if (chosen) return oneModel(repo, chosen);
  const there = byNearness([...groups.keys()].filter((name) => name !== 'unknown').sort(), wanted ?? '');
  throw new LuciError('NOT_FOUND', `${repo} has no ${wanted} file. It has ${there.join(', ') || 'files without a stated quantization'}.`, {
    hint: `luci install ${repo}:${there[0] ?? ''}`.replace(/:$/, ''),
  });
}

function noModelIn(repo: string, listing: readonly ListedFile[]): LuciError {
  const beside = listing.map(({ path }) => path).filter((path) => /\.gguf$/i.test(path));
  const why = beside.length === 0 ? 'no GGUF file' : `no model: ${beside.slice(0, 3).join(', ')} only goes beside one`;
  return new LuciError('NOT_FOUND', `${repo} holds ${why}.`, { hint: `luci search ${shellWord(repo.split('/')[1] ?? '')}` });
}

/** Publishers write one quantization in these ways; what is written exactly comes first. */
function ofQuantization(groups: ReadonlyMap<string, readonly ListedFile[]>, wanted: string): readonly ListedFile[] | undefined {
  const exact = [wanted, `UD-${wanted}`, wanted.replace(/^FP/, 'F'), wanted.replace(/^F(?=\d)/, 'FP')]
    .map((name) => groups.get(name))
    .find(Boolean);
  if (exact || !/^Q\d$/.test(wanted)) return exact;
  // `Q4` is the one of four bits that most people run.
  const kind = [...groups.keys()].filter((name) => name.replace(/^UD-/, '').startsWith(`${wanted}_`)).sort();
  return groups.get(preferred.find((name) => kind.includes(name)) ?? kind[0] ?? '');
}

/** Those of as many bits first, the others by how many more or fewer they have. */
function byNearness(names: readonly string[], wanted: string): readonly string[] {
  const bitsOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  const distance = (name: string): number => Math.abs(bitsOf(name) - bitsOf(wanted));
  return [...names].sort((a, b) => distance(a) - distance(b));
}

/** As publishers mark the other byte order, right before the quantization or the end: `m-be.Q4_K_M.gguf`, `m-Q8_0-be.gguf`. */
function isBigEndian(name: string): boolean {
  const marked = /[._-]be(?:\.([\w-]+))?\.gguf$/i.exec(name);
  return marked !== null && (marked[1] === undefined || quantizationOf(marked[1]) === marked[1].toUpperCase());
}

/** Projectors and importance matrices are no model; drafts and files of another byte order are one where there is nothing else. */
function modelFiles(listing: readonly ListedFile[]): readonly ListedFile[] {
  const named = (path: string): string => path.split('/').at(-1) ?? path;
  const models = listing.filter(
    ({ path }) =>
      /\.gguf$/i.test(path) &&
      !/(^|[._-])mmproj([._-]|$)/i.test(named(path)) &&
      !(/imatrix/i.test(named(path)) && quantizationOf(named(path)) === 'unknown'),
  );
  const main = models.filter(
    ({ path }) =>
      !isBigEndian(named(path)) &&
      !/^(mtp|draft)[._-]|[._-]draft[._-]|(^|\/)(mtp|draft)\//i.test(path.split('/').slice(-2).join('/')) &&
      !/^(mtp|draft)[._-]/i.test(named(path)),
  );
  return main.length > 0 ? main : models;
}

function smallest(files: readonly ListedFile[]): string {
  const [first] = [...files].sort((a, b) => (a.sizeBytes ?? Number.MAX_SAFE_INTEGER) - (b.sizeBytes ?? Number.MAX_SAFE_INTEGER));
  return quantizationOf(first?.path ?? '');
}

/** A whole file before a split one; of a split one all parts in order. */
function oneModel(repo: string, files: readonly ListedFile[]): readonly ListedFile[] {
  const whole = files.filter(({ path }) => !splitNameOf(path)).map(({ path }) => path);
  const stem = (path: string): string => splitNameOf(path)?.stem ?? path;
  const names = (whole.length > 0 ? whole : [...new Set(files.map(({ path }) => stem(path)))]).sort();
  const chosen = plainName(repo, names);
  if (chosen === undefined)
    throw new LuciError('USAGE', `${repo} has several files of this quantization: ${names.slice(0, 8).join(', ')}.`, {
      hint: names
        .slice(0, 3)
        .map((name) => `luci install ${shellWord(`hf:${repo}/${fileOf(files, name, stem)}`)}`)
        .join('\n'),
    });
  return files.filter(({ path }) => (whole.length > 0 ? path : stem(path)) === chosen).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Marks of another making of the same model. */
const variantMarks = new Set(['imat', 'imatrix', 'i1', 'ud', 'mtp', 'old', 'test', 'v0']);

/**
 * The plain one of several names: the one that is called like the repository, else the one in the uppermost folder, else the one whose
 * words all others have beside marks of another making. Undefined where it cannot be told.
 */
function plainName(repo: string, names: readonly string[]): string | undefined {
  const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined);
  const depth = (name: string): number => name.split('/').length;
  const top = names.filter((name) => depth(name) === Math.min(...names.map(depth)));
  const ofRepository = wordsOf(repo.replace(/[._-]gguf$/i, '')).join(' ');
  const named = top.filter((name) => wordsOf(name).join(' ') === ofRepository);
  const plain = top.filter((name) => top.every((other) => name === other || isVariantOf(other, name)));
  return only(top) ?? only(named) ?? only(plain);
}

function isVariantOf(name: string, plain: string): boolean {
  const rest = wordsOf(name).filter((word) => !variantMarks.has(word));
  return rest.length < wordsOf(name).length && rest.join(' ') === wordsOf(plain).join(' ');
}

/** The words of the last part, without the quantization. */
function wordsOf(path: string): readonly string[] {
  const name = path.split('/').at(-1) ?? path;
  return name
    .replace(/\.gguf$/i, '')
    .replace(pattern, '')
    .toLowerCase()
    .split(/[._\s-]+/)
    .filter((word) => word !== '');
}

/** The file of a name, and of a split model its first part. */
function fileOf(files: readonly ListedFile[], name: string, stem: (path: string) => string): string {
  return (
    files
      .map(({ path }) => path)
      .sort()
      .find((path) => stem(path) === name) ?? name
  );
}

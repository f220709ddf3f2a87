import { LuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { allPartNames, splitNameOf } from '../base/split-name.ts';
import {
  byNearness,
  defaultQuantization,
  isQuantized,
  matchingQuantization,
  quantizationOf,
  statedCount,
  unknownQuantization,
  wantedQuantization,
  withoutQuantization,
} from './quantization.ts';

/** Which files of a repository make the model a user asked for. Pure. */

/** A file as the hub lists it. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes?: number;
  readonly sha256?: Sha256;
}

/**
 * The file, or all parts in order, of the wanted quantization (or of the file that is called so) or of the usual one.
 * @throws NOT_FOUND naming the quantizations that exist, USAGE naming the files where several are of the wanted one
 */
export function chooseFiles(repo: string, listing: readonly ListedFile[], wish?: string): readonly ListedFile[] {
  const models = modelFiles(listing);
  const missing = missingPartsIn(models);
  const whole = models.filter((file) => missing(file) === 0);
  const called = wish === undefined ? [] : whole.filter(({ path }) => isCalled(path, wish));
  if (called.length > 0) return oneModel(repo, called);
  const names = [...new Set(whole.map(({ path }) => quantizationOf(path)))];
  const wanted = wish === undefined ? undefined : wantedQuantization(wish);
  const chosen = wanted === undefined ? defaultQuantization(names) : matchingQuantization(names, wanted);
  if (chosen === undefined) throw notThere(repo, { listing, models, missing, names, wanted });
  return oneModel(
    repo,
    whole.filter(({ path }) => quantizationOf(path) === chosen),
  );
}

/** What was looked for, and in what. */
interface Search {
  readonly listing: readonly ListedFile[];
  readonly models: readonly ListedFile[];
  /** See {@link missingPartsIn}. */
  readonly missing: (file: ListedFile) => number;
  readonly names: readonly string[];
  readonly wanted: string | undefined;
}

function notThere(repo: string, { listing, models, missing, names, wanted }: Search): LuciError {
  const isMeant = ({ path }: ListedFile): boolean =>
    wanted === undefined || matchingQuantization([quantizationOf(path)], wanted) !== undefined;
  const broken = models.find((file) => isMeant(file) && missing(file) > 0);
  const piece = listing.find(({ path }) => isPiece(path) && isMeant({ path: path.replace(/(\.gguf).*$/i, '$1') }));
  const others = byNearness(names.filter((name) => name !== unknownQuantization).sort(), wanted ?? '');
  const has = names.length === 0 ? '' : ` It has ${others.join(', ') || 'files without a stated quantization'}.`;
  const next =
    names.length === 0 ? `luci search ${shellWord(repo.split('/')[1] ?? '')}` : `luci install ${[repo, ...others.slice(0, 1)].join(':')}`;
  const fail = (why: string): LuciError => new LuciError('NOT_FOUND', why, { hint: next });
  if (broken) return fail(`${repo} lacks ${missing(broken)} of the parts of ${broken.path}.${has}`);
  if (piece) return fail(`${repo} has ${piece.path} and the other pieces of that file, which nobody can run before they are joined.${has}`);
  if (names.length > 0) return fail(`${repo} has no ${wanted} file.${has}`);
  const beside = listing.map(({ path }) => path).filter((path) => /\.gguf$/i.test(path));
  return fail(
    beside.length === 0 ? `${repo} holds no GGUF file.` : `${repo} holds no model: ${beside.slice(0, 3).join(', ')} only goes beside one.`,
  );
}

/** Whether a file is what somebody calls by its name, with the ending or without it. */
function isCalled(path: string, wish: string): boolean {
  const stem = splitNameOf(path)?.stem ?? path.replace(/\.gguf$/i, '');
  const name = wish.replace(/\.gguf$/i, '').toLowerCase();
  return [stem, lastPart(stem), lastPart(path).replace(/\.gguf$/i, '')].some((called) => called.toLowerCase() === name);
}

const lastPart = (path: string): string => path.split('/').at(-1) ?? path;

/** Tells how many parts of a file's series are not in the list; 0 for a file that is whole in itself. Each series is looked through once. */
function missingPartsIn(files: readonly ListedFile[]): (file: ListedFile) => number {
  const there = new Set(files.map(({ path }) => path));
  const known = new Map<string, number>();
  return ({ path }) => {
    const split = splitNameOf(path);
    if (!split) return 0;
    const series = `${split.stem} ${split.count}`;
    const missing = known.get(series) ?? allPartNames(split).filter((name) => !there.has(name)).length;
    known.set(series, missing);
    return missing;
  };
}

/** One file cut into lengths of bytes, as in `m.gguf.part1of2`, `m.gguf-split-a` and `m-chunk-001-of-018.gguf`. */
function isPiece(path: string): boolean {
  return /\.gguf(?:[.-](?:part|split)[\w-]*|\.[a-z])$/i.test(path) || (/\d+[_-]?of[_-]?\d+\.gguf$/i.test(path) && !splitNameOf(path));
}

/** As publishers mark the other byte order, right before the quantization or the end: `m-be.Q4_K_M.gguf`, `m-Q8_0-be.gguf`. */
function isBigEndian(name: string): boolean {
  const marked = /[._-]be(?:\.([\w-]+))?\.gguf$/i.exec(name);
  return marked !== null && (marked[1] === undefined || quantizationOf(marked[1]) === marked[1].toUpperCase());
}

/** What only goes beside a model: its image part, and what it was quantized with or made of. */
function isBeside(name: string): boolean {
  if (/(^|[._-])mmproj([._-]|$)/i.test(name)) return true;
  return /imatrix|(^|[._-])vocab([._-]|$)/i.test(name) && !isQuantized(name);
}

/** What is no model is left out; drafts and files of another byte order are one where there is nothing else. */
function modelFiles(listing: readonly ListedFile[]): readonly ListedFile[] {
  const models = listing.filter(({ path }) => /\.gguf$/i.test(path) && !isPiece(path) && !isBeside(lastPart(path)));
  const main = models.filter(
    ({ path }) =>
      !isBigEndian(lastPart(path)) &&
      !/^(mtp|draft)[._-]|[._-]draft[._-]|(^|\/)(mtp|draft)\//i.test(path.split('/').slice(-2).join('/')) &&
      !/^(mtp|draft)[._-]/i.test(lastPart(path)),
  );
  return main.length > 0 ? main : models;
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
 * The plain one of several names: the one in the uppermost folder, else the only one that states no precision beside its quantization, else
 * the one that is called like the repository, else the one whose words all others have beside marks of another making. Undefined where it cannot be told.
 */
function plainName(repo: string, names: readonly string[]): string | undefined {
  const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined);
  const depth = (name: string): number => name.split('/').length;
  const least = (of: (name: string) => number, among: readonly string[]): readonly string[] => {
    const lowest = among.reduce((low, name) => Math.min(low, of(name)), Number.POSITIVE_INFINITY);
    return among.filter((name) => of(name) === lowest);
  };
  const top = least(statedCount, least(depth, names));
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
  return withoutQuantization(lastPart(path).replace(/\.gguf$/i, ''))
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

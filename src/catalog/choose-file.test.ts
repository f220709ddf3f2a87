import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LuciError } from '../base/errors.ts';
import { chooseFiles } from './choose-file.ts';
import { quantizationOf } from './quantization.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path, sizeBytes: path.length }));

test.each([
  ['Llama-3.2-3B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
  ['mistral-7b-instruct-v0.2.Q5_K_S.gguf', 'Q5_K_S'],
  ['model-q8_0.gguf', 'Q8_0'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['UD/Qwen3-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
  ['plain.gguf', 'unknown'],
])('%s states the quantization %s', (path, quantization) => {
  expect(quantizationOf(path)).toBe(quantization);
});

test('without a wish the usual quantization is taken, before larger and smaller ones', () => {
  expect(chooseFiles('o/r', files('a-Q8_0.gguf', 'a-Q4_K_M.gguf', 'a-Q2_K.gguf'))).toMatchObject([{ path: 'a-Q4_K_M.gguf' }]);
});

test('a split model is all of its parts in order, and a whole file is taken before a split one', () => {
  const split = ['a-Q4_K_M-00002-of-00002.gguf', 'a-Q4_K_M-00001-of-00002.gguf'];
  expect(chooseFiles('o/r', files(...split)).map(({ path }) => path)).toEqual(split.toReversed());
  expect(chooseFiles('o/r', files(...split, 'a-Q4_K_M.gguf'))).toMatchObject([{ path: 'a-Q4_K_M.gguf' }]);
});

test('parts that are no language model are never chosen', () => {
  expect(chooseFiles('o/r', files('mmproj-a-F16.gguf', 'a-F16.gguf'))).toMatchObject([{ path: 'a-F16.gguf' }]);
  expect(() => chooseFiles('o/r', files('mmproj-a-F16.gguf', 'README.md'))).toThrow(
    'o/r holds no model: mmproj-a-F16.gguf only goes beside one.',
  );
  expect(() => chooseFiles('o/r', files('README.md'))).toThrow('o/r holds no GGUF file.');
});

test('a quantization that is not there is told which are', () => {
  expect(() => chooseFiles('o/r', files('a-Q8_0.gguf', 'a-Q4_K_M.gguf'), 'q6_k')).toThrow('o/r has no Q6_K file. It has Q4_K_M, Q8_0.');
});

/** Listings in the shapes publishers use: what is asked for, and the files that make it or the words that say why not. */
interface Listing {
  readonly shape: string;
  readonly repo: string;
  readonly files: readonly string[];
  readonly wish: string;
  readonly chosen: readonly string[] | string;
}
const listingsPath = join(import.meta.dirname, '..', '..', 'test', 'catalog', 'repository-listings.json');
const listings = JSON.parse(readFileSync(listingsPath, 'utf8')) as readonly Listing[];

test.each(listings)(
  '$shape: $repo:$wish is the file that is meant, in whatever order the hub lists',
  ({ repo, files: paths, wish, chosen }) => {
    for (const listed of [paths, paths.toReversed(), paths.toSorted()]) {
      const choose = () => chooseFiles(repo, files(...listed), wish === '' ? undefined : wish).map(({ path }) => path);
      if (typeof chosen === 'string') expect(choose).toThrow(chosen);
      else expect(choose()).toEqual(chosen);
    }
  },
);

test.each([
  ['of one quantization', (index: number) => `m${index}-Q4_K_M.gguf`],
  ['of many parts', (index: number) => `m-Q4_K_M-${String(index + 1).padStart(5, '0')}-of-99999.gguf`],
  ['of many models in parts', (index: number) => `m${index}-Q4_K_M-00001-of-00001.gguf`],
])('a list of 100,000 files, %s, is looked through once', (_, nameOf) => {
  const listing = Array.from({ length: 99_999 }, (_none, index) => ({ path: nameOf(index) }));
  let error: unknown;
  countingWork(20 * listing.length, () => {
    try {
      chooseFiles('owner/m-GGUF', listing);
    } catch (thrown) {
      error = thrown;
    }
  });
  if (error !== undefined) expect(error).toBeInstanceOf(LuciError);
});

/** Counts what grows with the square where files are held against each other: looks into sets, and numbers that are compared. */
function countingWork(limit: number, run: () => void): void {
  const { has } = Set.prototype;
  const { min } = Math;
  let work = 0;
  const count = (more: number): void => {
    work += more;
    if (work > limit) throw new Error('the list is looked through again and again');
  };
  Set.prototype.has = function (value) {
    count(1);
    return has.call(this, value);
  };
  Math.min = (...values) => {
    count(values.length);
    return min(...values);
  };
  try {
    run();
  } finally {
    Set.prototype.has = has;
    Math.min = min;
  }
}

import { expect, test } from 'vitest';
import type { ModelRecord } from './installed-model.ts';
import { mergeLearned } from './merge-learned.ts';

function record(name: string, facts: Partial<ModelRecord> & { readonly file?: string; readonly sizeBytes?: number } = {}): ModelRecord {
  const { file = `${name}.gguf`, sizeBytes = 1, ...rest } = facts;
  return { name, files: [{ name: file, sizeBytes, mtimeMs: 1, inode: 1 }], vouched: false, installedAt: '', ...rest };
}
/** As another process reads it. */
const copy = (value: ModelRecord): ModelRecord => structuredClone(value);

test.each([
  {
    what: 'a new file is added',
    index: [record('a')],
    look: (a: ModelRecord) => ({ before: [a], after: [a, record('b')] }),
    names: ['a', 'b'],
  },
  { what: 'a file that is gone is forgotten', index: [record('a')], look: (a: ModelRecord) => ({ before: [a], after: [] }), names: [] },
  {
    what: 'what another process added meanwhile stays',
    index: [record('a'), record('other')],
    look: (a: ModelRecord) => ({ before: [a], after: [a] }),
    names: ['a', 'other'],
  },
  {
    what: 'of a file that somebody adopted meanwhile the adopter knows more',
    index: [record('theirs', { file: 'x.gguf', vouched: true })],
    look: () => ({ before: [], after: [record('mine', { file: 'x.gguf' })] }),
    names: ['theirs'],
  },
  {
    what: 'a record that is gone here but was changed there stays',
    index: [record('a', { vouched: true })],
    look: () => ({ before: [record('a')], after: [] }),
    names: ['a'],
  },
])('$what', ({ index, look, names }) => {
  const [first = record('none')] = index;
  expect(mergeLearned(index.map(copy), look(first)).map(({ name }) => name)).toEqual(names);
});

test('a changed file replaces its record, under its name and under another', () => {
  const before = record('a');
  const [sameName] = mergeLearned([copy(before)], { before: [before], after: [record('a', { sizeBytes: 2 })] });
  expect(sameName?.files[0]?.sizeBytes).toBe(2);
  const renamed = record('b', { file: 'a.gguf', sizeBytes: 2 });
  expect(mergeLearned([copy(before)], { before: [before], after: [renamed] })).toEqual([renamed]);
});

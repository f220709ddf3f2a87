import { expect, test } from 'vitest';
import { type QueuedQuestion, questionQueue } from './question-queue.ts';

/** Questions as `name: variant, with tools or not, budget, prompt`. */
const questions: readonly (QueuedQuestion & { readonly id: string })[] = [
  { id: 'copy', variant: 0, hasTools: false, maxTokens: 60, promptCharacters: 80 },
  { id: 'essay', variant: 0, hasTools: false, maxTokens: 900, promptCharacters: 400 },
  { id: 'make', variant: 0, hasTools: true, maxTokens: 200, promptCharacters: 100 },
  { id: 'list', variant: 0, hasTools: true, maxTokens: 300, promptCharacters: 100 },
  { id: 'long text', variant: 0, hasTools: false, maxTokens: 120, promptCharacters: 12_000 },
  { id: 'copy again', variant: 1, hasTools: false, maxTokens: 60, promptCharacters: 80 },
  { id: 'make again', variant: 1, hasTools: true, maxTokens: 200, promptCharacters: 100 },
];

/** What the askers get, in turn. */
function takenBy(askers: number, turns: readonly number[]): (string | undefined)[] {
  const queue = questionQueue(questions, askers);
  return turns.map((asker) => queue.next(asker)?.id);
}

test('one asker gets them as they are', () => {
  expect(takenBy(1, [0, 0, 0, 0, 0, 0, 0, 0])).toEqual([...questions.map(({ id }) => id), undefined]);
});

test('of two one begins with those that have tools, one with those that have none, each with the longest to read and to write', () => {
  expect(takenBy(2, [0, 1, 0, 1])).toEqual(['list', 'long text', 'make', 'essay']);
});

test('who has none of its kind left takes the longest without tools, or the shortest with them', () => {
  expect(takenBy(2, [0, 0, 0, 0, 0])).toEqual(['list', 'make', 'long text', 'essay', 'copy']);
  expect(takenBy(2, [1, 1, 1, 1, 1])).toEqual(['long text', 'essay', 'copy', 'make', 'list']);
});

test('a round is taken whole before the next', () => {
  expect(takenBy(2, [1, 1, 1, 1, 1, 1, 0, 0])).toEqual([
    'long text',
    'essay',
    'copy',
    'make',
    'list',
    'copy again',
    'make again',
    undefined,
  ]);
});

import { expect, test } from 'vitest';
import { type QueuedQuestion, questionQueue } from './question-queue.ts';

/** Questions as `name: variant, with tools or not, budget`. */
const questions: readonly (QueuedQuestion & { readonly id: string })[] = [
  { id: 'copy', variant: 0, hasTools: false, maxTokens: 60 },
  { id: 'long', variant: 0, hasTools: false, maxTokens: 900 },
  { id: 'make', variant: 0, hasTools: true, maxTokens: 200 },
  { id: 'list', variant: 0, hasTools: true, maxTokens: 300 },
  { id: 'copy again', variant: 1, hasTools: false, maxTokens: 60 },
  { id: 'make again', variant: 1, hasTools: true, maxTokens: 200 },
];

/** What the askers get, in turn. */
function takenBy(askers: number, turns: readonly number[]): (string | undefined)[] {
  const queue = questionQueue(questions, askers);
  return turns.map((asker) => queue.next(asker)?.id);
}

test('one asker gets them as they are', () => {
  expect(takenBy(1, [0, 0, 0, 0, 0, 0, 0])).toEqual([...questions.map(({ id }) => id), undefined]);
});

test('of two one begins with those that have tools, one with those that have none, each with the longest; they meet in the middle', () => {
  expect(takenBy(2, [0, 1, 0, 1])).toEqual(['list', 'long', 'make', 'copy']);
  expect(takenBy(2, [0, 1, 1, 1])).toEqual(['list', 'long', 'copy', 'make']);
  expect(takenBy(2, [0, 0, 0, 0])).toEqual(['list', 'make', 'copy', 'long']);
});

test('a round is taken whole before the next', () => {
  expect(takenBy(2, [1, 1, 1, 1, 1, 0, 0])).toEqual(['long', 'copy', 'make', 'list', 'copy again', 'make again', undefined]);
});

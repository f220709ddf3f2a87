import { expect, test } from 'vitest';
import type { ListedModel } from '../../app/models.ts';
import { chooseInTime } from './choose-in-time.ts';

/** An installed model of so many bytes, which wrote so many tokens a second. */
function model(name: string, sizeBytes: number, tokensPerSecond?: number, more: object = {}): ListedModel {
  const rows = [{ contextTokens: 512, promptTokens: 400, promptTokensPerSecond: 100, generatedTokensPerSecond: tokensPerSecond }];
  const speed = tokensPerSecond === undefined ? undefined : { sizeBytes, engine: '', at: '', rows };
  return { name, path: `/${name}`, sizeBytes, enabled: true, facts: { kind: 'chat' }, speed, ...more } as unknown as ListedModel;
}

const large = model('large', 4e9, 2);
const middle = model('middle', 1e9, 8);
const small = model('small', 1e8, 70);

test.each<readonly [string, string, ListedModel, readonly ListedModel[], number]>([
  ['one that has the time is kept', 'large', large, [large, middle, small], 60],
  ['else the largest that has', 'middle', large, [large, middle, small], 20],
  ['or the fastest of all', 'small', large, [large, middle, small], 1],
  ['what was not measured is reckoned by its size', 'middle', large, [large, model('middle', 1e9), small], 20],
  ['nothing is known, nothing is changed', 'large', model('large', 4e9), [model('large', 4e9), model('small', 1e8)], 1],
  ['one that cannot be used is none', 'small', large, [large, model('middle', 1e9, 8, { enabled: false }), small], 20],
  ['one that makes vectors is none', 'large', large, [large, model('small', 1e8, 70, { facts: { kind: 'embedding' } })], 1],
  ['of a model elsewhere nothing is known', 'box/echo', model('box/echo', 0), [large, small], 1],
])('%s', (_, expected, chosen, models, seconds) => {
  expect(chooseInTime(chosen, models, seconds * 1000).name).toBe(expected);
});

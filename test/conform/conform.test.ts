import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckResult } from '../../src/conform/check.ts';
import { conform, conformSuites } from '../../src/conform/conform.ts';
import { createNet } from '../../src/net/create-net.ts';
import { type Served, serveTiny } from '../serve/served.ts';
import { defects } from './defects.ts';
import { type Defect, type FlawedServer, flawedServer } from './flawed-server.ts';
import { smallDefects } from './small-defects.ts';

/** The wire that clients need, held against luci's own server, and against one with a defect at a time. */

const net = createNet({ offline: true, proxy: { none: [] }, userAgent: 'test' });
const never = new AbortController().signal;
let served: Served;
let flawed: FlawedServer;
beforeAll(async () => {
  served = await serveTiny();
  flawed = await flawedServer(served.url);
});
afterAll(async () => {
  await flawed[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

async function resultsOf(url: string): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for await (const event of conform(net, { url, signal: never })) if (event.type === 'check') results.push(event.result);
  return results;
}

const failuresIn = (results: readonly CheckResult[]): readonly string[] =>
  results.filter(({ holds }) => holds === false).map(({ id, why }) => `${id}: ${why}`);

test('luci’s own server holds to all of it', async () => {
  const results = await resultsOf(`${served.url}/v1/`);
  expect(failuresIn(results)).toEqual([]);
  expect(results.filter(({ holds }) => holds === undefined).map(({ id, why }) => `${id}: ${why}`)).toEqual([]);
});

test('a server without a defect has none', async () => {
  flawed.defect = undefined;
  expect(failuresIn(await resultsOf(flawed.url))).toEqual([]);
});

test('at least thirty defects are known', () => {
  expect(Object.keys(defects).length).toBeGreaterThanOrEqual(30);
});

async function requireFound(defect: Defect): Promise<void> {
  flawed.defect = defect;
  const failing = (await resultsOf(flawed.url)).filter(({ holds }) => holds === false);
  expect(failing.map(({ id }) => id).sort()).toEqual([defect.found, ...(defect.also ?? [])].sort());
  for (const { breaks, why } of failing) expect([breaks.length > 0, why]).toEqual([true, expect.any(String)]);
}

test.each(Object.entries(defects))('found and named: %s', async (_, defect) => {
  await requireFound(defect);
});

test.each(Object.entries(smallDefects))('%s can fail', async (found, defect) => {
  await requireFound({ found, ...defect });
});

test('there is a check that can fail for everything that must hold', () => {
  const named = [...Object.keys(smallDefects), ...Object.values(defects).flatMap(({ found, also = [] }) => [found, ...also])];
  const checks = conformSuites.flatMap((suite) => suite.checks.map(({ id }) => id));
  expect(checks.filter((id) => !named.includes(id))).toEqual([]);
});

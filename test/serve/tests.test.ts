import { expect, test } from 'vitest';
import type { TestCaseAnswer, TestRunAnswer, TestsAnswer, TestUpdate } from '../../src/serve/luci/wire.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { gate, testedSession, unknownCase } from '../fixtures/tested-session.ts';
import { pageOf, raw, type Served, serveTiny } from './served.ts';

/** Tests of models over HTTP: begun, watched, cancelled, and looked at. */

/** The page, as far as it has to do with tests. */
async function testsPage(served: Served) {
  const page = await pageOf(served);
  return {
    ...page,
    begin: async (body: unknown = { model: 'tiny' }) => (await page.send('/luci/tests', { method: 'POST', body })).status,
    cancel: async () => (await page.send('/luci/tests/cancel', { method: 'POST' })).status,
    events: async () => updatesIn(await (await page.send('/luci/tests/events')).text()),
  };
}

function updatesIn(text: string): readonly TestUpdate[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as TestUpdate);
}

const kinds = (updates: readonly TestUpdate[]): string[] => updates.map(({ type }) => type);

test('a test is begun, told case by case, and kept with its answers', async () => {
  await using served = await serveTiny({ open: () => testedSession() });
  const page = await testsPage(served);
  expect(await page.begin({ model: 'tiny', tier: 0 })).toBe(202);
  const updates = await page.events();
  expect(kinds(updates)).toEqual(['start', 'begin', ...Array(10).fill(['asking', 'case']).flat(), 'tier', 'ended']);
  expect(updates.at(-1)).toEqual({ type: 'ended', words: 'holds tier 0', verdict: 'pass' });
  expect(updates.at(-2)).toMatchObject({ tier: { name: 'Tier 0', passed: 9, failed: 1, percent: 90, verdict: 'pass', isCounted: true } });
  // Whoever comes later is told the same.
  expect(await page.events()).toEqual(updates);

  const { running, runs } = await page.get<TestsAnswer>('/luci/tests');
  expect(running).toBeNull();
  expect(runs).toMatchObject([{ model: 'tiny', words: 'holds tier 0', isEnded: true, repeats: 1, tiers: [{ passed: 9 }] }]);
  const id = updates.find((update) => update.type === 'begin')?.id;
  expect(runs[0]?.id).toBe(id);
  const run = await page.get<TestRunAnswer>(`/luci/tests/${id}`);
  expect(run.cases).toHaveLength(10);
  const failed = run.cases.find(({ status }) => status === 'fail');
  expect(failed).toMatchObject({ caseId: unknownCase, variant: 0, tier: 0, reason: expect.stringMatching(/\w/) });
  const one = await page.get<TestCaseAnswer>(`/luci/tests/${id}/cases/${failed?.key}`);
  expect(one).toMatchObject({ ...failed, turns: [{ text: 'I do not know.', user: expect.stringMatching(/\w/), thinking: null }] });
});

test('one test runs at a time, and the second is told which', async () => {
  const held = gate();
  await using served = await serveTiny({ open: () => testedSession({ before: (_, signal) => held.wait(signal) }) });
  const page = await testsPage(served);
  expect(await page.begin()).toBe(202);
  const second = await page.send('/luci/tests', { method: 'POST', body: { model: 'tiny' } });
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({
    error: { message: 'tiny is being tested; one test runs at a time.', hint: expect.stringContaining('cancel') },
  });
  expect((await page.get<TestsAnswer>('/luci/tests')).running).toEqual({ model: 'tiny' });
  held.open();
  expect(kinds(await page.events()).at(-1)).toBe('ended');
  expect(await page.begin()).toBe(202);
  await page.events();
});

test('a client that goes away ends nothing', async () => {
  const held = gate();
  await using served = await serveTiny({
    open: () => testedSession({ before: (count, signal) => (count > 3 ? held.wait(signal) : Promise.resolve()) }),
  });
  const page = await testsPage(served);
  await page.begin();
  const leaving = new AbortController();
  const { body } = await page.send('/luci/tests/events', { signal: leaving.signal });
  await body?.getReader().read();
  leaving.abort();
  held.open();
  const updates = await page.events();
  expect(kinds(updates).filter((kind) => kind === 'case')).toHaveLength(10);
  expect(kinds(updates).at(-1)).toBe('ended');
  expect(served.faults).toEqual([]);
});

test('a cancelled test says so, keeps what was answered, and is gone on with', async () => {
  let isHeld = true;
  const held = gate();
  const before = (count: number, signal: AbortSignal | undefined) => (isHeld && count > 4 ? held.wait(signal) : Promise.resolve());
  await using served = await serveTiny({ open: () => testedSession({ before }) });
  const page = await testsPage(served);
  expect(await page.cancel()).toBe(404);
  await page.begin();
  await expect.poll(async () => (await page.get<TestsAnswer>('/luci/tests')).runs[0]?.tiers[0]?.passed, { timeout: 30_000 }).toBe(2);
  expect(await page.cancel()).toBe(200);
  expect(kinds(await page.events()).at(-1)).toBe('cancelled');
  expect(await page.get('/luci/tests')).toMatchObject({
    running: null,
    runs: [{ isEnded: false, verdict: 'incomplete', words: 'incomplete' }],
  });
  expect(await page.cancel()).toBe(404);
  isHeld = false;
  await page.begin();
  const updates = await page.events();
  expect(updates.find(({ type }) => type === 'begin')).toMatchObject({ reused: 3 });
  expect((await page.get<TestsAnswer>('/luci/tests')).runs).toMatchObject([{ isEnded: true, words: 'holds tier 0' }]);
});

test('what ends a test is told to who watches it', async () => {
  await using served = await serveTiny({ open: () => scriptedSession(() => new Error(`no ${served.home}`)) });
  const page = await testsPage(served);
  await page.begin();
  const updates = await page.events();
  expect(kinds(updates)).toEqual(['start', 'error']);
  expect(JSON.stringify(updates)).not.toContain(served.home);
});

test('a server that ends ends its test', async () => {
  const held = gate();
  const served = await serveTiny({ open: () => testedSession({ before: (_, signal) => held.wait(signal) }) });
  const page = await testsPage(served);
  await page.begin();
  const watching = await page.send('/luci/tests/events');
  await served[Symbol.asyncDispose]();
  expect(kinds(updatesIn(await watching.text())).at(-1)).toBe('cancelled');
});

test.each([
  [{ model: 'nothing' }, 404],
  [{ model: '' }, 400],
  [{}, 400],
  [{ model: 'tiny', tier: 4 }, 400],
  [{ model: 'tiny', repeats: 0 }, 400],
  [{ model: 'tiny', repeats: 1.5 }, 400],
])('%j begins nothing: %i', async (body, status) => {
  await using served = await serveTiny({ open: () => testedSession() });
  const page = await testsPage(served);
  expect(await page.begin(body)).toBe(status);
  expect(await page.get<TestsAnswer>('/luci/tests')).toEqual({ running: null, runs: [] });
});

test('what is not there is not found, and nothing is told without the key', async () => {
  await using served = await serveTiny({ open: () => testedSession() });
  const page = await testsPage(served);
  const paths = ['/luci/tests/events', '/luci/tests/none', '/luci/tests/..%2f..%2fstate', '/luci/tests/none/cases/x'];
  for (const path of paths) expect((await page.send(path)).status, path).toBe(404);
  for (const path of ['/luci/tests', ...paths]) expect((await raw(`${served.url}${path}`)).status, path).toBe(401);
  expect((await raw(`${served.url}/luci/tests`, { method: 'POST', body: '{"model":"tiny"}' })).status).toBe(401);
});

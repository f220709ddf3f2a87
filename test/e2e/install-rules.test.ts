import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { PlanEvent } from '../../src/install/carry-out-plan.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome, ownEntry } from './luci-process.ts';

/** The rules of installing hold for whoever installs: a command, its dry run, a program. */

const bytes = tinyGguf();
const sha256 = createHash('sha256').update(bytes).digest('hex');
const petabyte = 1e15;

let hub: Hub;
let home: Home;
beforeEach(async () => {
  hub = await startHub();
  home = await makeHome();
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const entry = (name: string, facts: object = {}): object => ownEntry(name, { repo: 'o/r', sizeBytes: bytes.length, sha256, ...facts });
const luciOf = (offline = false) => createLuci(resolveSettings({ home: home.folder, offline, hubEndpoint: hub.endpoint }, {}));

test.each([
  ['what has no room', entry('huge', { sizeBytes: petabyte }), [], { exitCode: 5, stderr: expect.stringContaining('on disk') }],
  ['what is out of reach', entry('far'), ['--offline'], { exitCode: 4, stderr: expect.stringContaining('luci is offline, and far') }],
])('a dry run of %s says the sentence and has the status of the real run', async (_, model, flags, expected) => {
  await home.own(model);
  const { name } = model as { name: string };
  const real = await home.luci(['install', name, '-y', ...flags]);
  const dry = await home.luci(['install', name, '--dry-run', ...flags]);
  expect(real).toMatchObject(expected);
  expect(dry).toMatchObject(expected);
  const sentence = /(luci is offline|Needs ).*/.exec(real.stderr)?.[0] ?? 'none';
  expect(dry.stderr.replace(/[\d.]+ [kMGTP]?B/g, '')).toContain(sentence.replace(/[\d.]+ [kMGTP]?B/g, ''));
  expect(dry.stdout).toContain(name); // The plan is shown all the same.
});

test('a program that installs is held to reach and room, and nothing is asked of a source', async () => {
  await home.own(entry('huge', { sizeBytes: petabyte }), entry('far'));
  await using online = luciOf();
  const [huge] = await online.resolve(['huge']);
  if (!huge) throw new Error('the catalogue has it');
  await expect(online.install(huge)).rejects.toMatchObject({ code: 'DISK_FULL', details: { neededBytes: expect.any(Number) } });
  expect(hub.requests).toEqual([]);

  // The hub of this test is on this machine, which is reached offline too: one that is not.
  await using offline = createLuci(resolveSettings({ home: home.folder, offline: true }, {}));
  const [far] = await offline.resolve(['far']);
  if (!far) throw new Error('the catalogue has it');
  await expect(offline.install(far)).rejects.toMatchObject({ code: 'OFFLINE' });
  const prepared = await offline.installs.prepare(['far']);
  await expect(offline.installs.carryOut(prepared)).rejects.toMatchObject({ code: 'OFFLINE' });
  await expect(offline.installs.prepare([])).rejects.toMatchObject({ code: 'USAGE' });
});

test('of several models and files one that fails keeps none of the others from coming, and is thrown in the end', async () => {
  await home.own(entry('lost'), entry('good'));
  hub.add({ repo: 'o/r', path: 'good.gguf', bytes });
  const folder = await mkdtemp(join(tmpdir(), 'luci rules '));
  const path = join(folder, 'mine.gguf');
  await writeFile(path, tinyGguf({ callsTool: true }));
  await using luci = luciOf();
  const events: PlanEvent[] = [];
  const prepared = await luci.installs.prepare(['lost', 'good', path]);
  expect(prepared).toMatchObject({ files: [{ path, sizeBytes: expect.any(Number) }], plan: { items: [{}, {}] } });
  await expect(luci.installs.carryOut(prepared, { onEvent: (event) => events.push(event) })).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
    message: '1 of 2 models could not be installed: lost',
    hint: 'luci install lost',
    details: { models: ['lost'] },
  });
  const told = events.flatMap(({ type }) => (['begin', 'failed', 'installed', 'imported'].includes(type) ? [type] : []));
  expect(told).toEqual(['begin', 'failed', 'begin', 'installed', 'imported']);
  expect((await luci.list()).map(({ name }) => name).sort()).toEqual(['good', 'mine']);
  expect((await readdir(join(home.folder, 'models'))).filter((name) => name.endsWith('.gguf')).sort()).toEqual(['good.gguf', 'mine.gguf']);
  await rm(folder, { recursive: true });
});

test('a person is asked above the limit, and where nobody knows the size', async () => {
  await home.own(entry('small'), entry('large', { sizeBytes: 2e9 }), entry('unsized', { sizeBytes: undefined, sha256: undefined }));
  await using luci = luciOf(true);
  const asks = async (name: string) => luci.installs.needsConsent((await luci.installs.prepare([name])).plan);
  expect([await asks('small'), await asks('large'), await asks('unsized')]).toEqual([false, true, true]);
});

test('the starter is what an empty home needs, and no other', async () => {
  await using luci = luciOf(true);
  expect(await luci.installs.starterIfEmpty()).toMatchObject({ name: 'smollm2-135m' });
  const folder = await mkdtemp(join(tmpdir(), 'luci rules '));
  await writeFile(join(folder, 'mine.gguf'), bytes);
  await luci.importFile(join(folder, 'mine.gguf'));
  expect(await luci.installs.starterIfEmpty()).toBeUndefined();
  await rm(folder, { recursive: true });
});

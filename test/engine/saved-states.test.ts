import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { ChatRequest, Usage } from '../../src/engine/engine.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';

/** What a long system prompt left on the disk, used by a new engine process. */

let home: string;
let model: string;
let prompts: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci states '));
  model = join(home, 'tiny.gguf');
  prompts = join(home, 'state', 'prompts');
  await writeFile(model, tinyGguf());
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Asks a process of its own. */
async function askAnew(system: string, question: string, more: Partial<ChatRequest> = {}): Promise<Usage> {
  const settings = resolveSettings({ home, offline: true, engine: 'embedded', contextLength: 2048 }, { PATH: process.env['PATH'] ?? '' });
  await using luci = createLuci(settings);
  await using session = await luci.open(model);
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: question },
  ] as const;
  let text = '';
  for await (const event of session.generate({ messages, sampling: { temperature: 0 }, ...more })) {
    if (event.type === 'text') text += event.text;
    if (event.type !== 'end') continue;
    expect(text).toBe(tinyReply);
    await luci.engine.stop();
    return event.usage;
  }
  throw new Error('an answer without an end');
}

const states = async (): Promise<string[]> => (await readdir(prompts).catch(() => [])).filter((name) => name.endsWith('.state'));
const long = 'Answer in one short sentence. '.repeat(15);

test('a new process loads what an old one evaluated, for another question too', async () => {
  expect((await askAnew(long, 'one')).cachedTokens).toBe(0);
  expect(await states()).toHaveLength(1);
  const usage = await askAnew(long, 'two');
  expect(usage.cachedTokens).toBeGreaterThan(long.length - 5);
  expect(usage.cachedTokens).toBeLessThan(usage.promptTokens);
  expect((await askAnew(`${long}!`, 'two')).cachedTokens).toBe(0);
  expect(((await stat(join(prompts, 'key'))).mode & 0o777).toString(8)).toBe('600');
});

test('short prompts leave nothing, and repeatable requests neither leave nor take anything', async () => {
  await askAnew('Be brief.', 'one');
  await askAnew(long, 'one', { repeatable: true });
  expect(await states()).toEqual([]);
  await askAnew(long, 'one');
  expect((await askAnew(long, 'one', { repeatable: true })).cachedTokens).toBe(0);
});

test('a garbled file, a cut one and one made with another key are never loaded, and are replaced', async () => {
  await askAnew(long, 'one');
  const [name = ''] = await states();
  const path = join(prompts, name);
  const sound = await readFile(path);

  const garbled = Buffer.from(sound);
  garbled.writeUInt8(garbled.readUInt8(sound.length >> 1) ^ 1, sound.length >> 1);
  const forgedCode = createHmac('sha256', 'a key of somebody else').update(garbled).digest('hex').slice(0, 32);
  for (const { bytes, as } of [
    { bytes: garbled, as: name },
    { bytes: sound.subarray(0, -1000), as: name },
    { bytes: garbled, as: name.replace(/[0-9a-f]{32}\.state$/, `${forgedCode}.state`) },
  ]) {
    await rename(path, join(prompts, as)).catch(() => undefined);
    await writeFile(join(prompts, as), bytes);
    expect((await askAnew(long, 'two')).cachedTokens).toBe(0);
    expect(await states()).toHaveLength(1);
    expect((await askAnew(long, 'three')).cachedTokens).toBeGreaterThan(long.length - 5);
  }
});

test('another file under the same name has states of its own', async () => {
  await askAnew(long, 'one');
  await rm(model);
  await writeFile(model, tinyGguf());
  expect((await askAnew(long, 'one')).cachedTokens).toBe(0);
});

test('there are at most 16, and the one used longest ago goes', async () => {
  await askAnew(long, 'one');
  const [first = ''] = await states();
  // Older ones, as if of other models.
  for (let index = 0; index < 20; index += 1) await writeFile(join(prompts, `old-${index}-${'0'.repeat(32)}.state`), 'x');
  await askAnew(`${long}?`, 'one');
  const left = await states();
  expect(left).toHaveLength(16);
  expect(left).not.toContain(first);
}, 30_000);

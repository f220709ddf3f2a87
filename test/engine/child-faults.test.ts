import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { type LuciError, luciErrorFrom } from '../../src/base/errors.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';

/** Whatever a server program does: one clear error within 10 s, and the next question works. */

let home: string;
let model: string;
let program: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci faults '));
  model = join(home, 'tiny.gguf');
  await writeFile(model, tinyGguf());
  program = await writeServerProgram(home, 'server', '0.10.6');
});
afterEach(async () => {
  await createLuci(resolveSettings({ home }, {})).engine.stop();
  await rm(home, { recursive: true, force: true });
});

async function ask(fault: string): Promise<string> {
  await writeFile(`${program}.fault`, fault);
  const environment = { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: program };
  await using luci = createLuci(resolveSettings({ home, offline: true, engine: 'llama-server', contextLength: 2048 }, environment));
  await using session = await luci.open(model);
  let text = '';
  for await (const event of session.generate({ messages: [{ role: 'user', content: 'hi' }] }))
    if (event.type === 'text') text += event.text;
  return text;
}

const faults: readonly (readonly [fault: string, code: LuciError['code'], message: RegExp])[] = [
  ['never-listens', 'ENGINE_FAILED', /^llama-server does not answer after \d+ s/],
  ['dies-at-load', 'ENGINE_FAILED', /^llama-server ended while it loaded the model \(exit 1\): .*missing tensor/],
  ['out-of-memory', 'MEMORY_SHORT', /^llama-server ran out of memory while it loaded the model/],
  ['dies-mid-answer', 'ENGINE_CRASHED', /ended in the middle of its answer/],
  ['hangs', 'ENGINE_CRASHED', /^The engine does not answer any more/],
  ['garbage', 'ENGINE_CRASHED', /ended in the middle of its answer/],
];

test.each(faults)(
  '%s is one clear error within 10 s, and the next question works',
  async (fault, code, message) => {
    const startedAt = performance.now();
    const error = (await ask(fault).catch((thrown: unknown) => thrown)) as LuciError;
    expect(performance.now() - startedAt).toBeLessThan(12_000);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).not.toContain('\n');
    expect(luciErrorFrom(error.toJSON()).code).toBe(code);
    // The next thing to type is a flag, which is written alike in every shell.
    if (code === 'MEMORY_SHORT') expect(error.hint).toMatch(/--context \d+/);
    expect(await ask('none')).toBe(tinyReply);
  },
  40_000,
);

test('a port that somebody took in between is only tried again', async () => {
  expect(await ask('port-taken')).toBe(tinyReply);
});

import { expect, test } from 'vitest';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { makeHome } from '../e2e/luci-process.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Served, serveTiny } from './served.ts';

/** A key that is given from outside, as containers get theirs, and luci behind luci. */

const key = 'a-key-of-twenty-characters-and-more';
const environment = { LUCI_SERVE_KEY: key };
const open = { host: '0.0.0.0', environment };
const urlOf = ({ url }: Served): string => url.replace('0.0.0.0', '127.0.0.1');
const withKey = { authorization: `Bearer ${key}` };

test('the key of the environment opens a server to other machines, and no other does', async () => {
  await using served = await serveTiny(open);
  const status = async (headers: Record<string, string>, path = '/v1/models'): Promise<number> =>
    (await fetch(`${urlOf(served)}${path}`, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: `Bearer ${key}x` })).toBe(401);
  expect(await status(withKey)).toBe(200);
  expect(await status({ 'x-api-key': key })).toBe(200);
  expect(await status({}, '/health')).toBe(200);
  expect(await status({}, '/metrics')).toBe(401);
});

test.each(['short', 'a key with spaces in it, long enough', 'ключ-который-не-войдёт-в-заголовок'])(
  'what is no key (%j) is refused by the name of its variable, and not told',
  async (wrong) => {
    expect(() => resolveSettings({}, { LUCI_SERVE_KEY: wrong })).toThrow('LUCI_SERVE_KEY: what is set is not a key');
    await using home = await makeHome();
    const ran = await home.luci(['serve', '--port', '0'], { environment: { LUCI_SERVE_KEY: wrong } });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).not.toContain(wrong);
    expect((await home.luci(['config', '--json'], { environment })).stdout).not.toContain(key);
  },
);

test('a luci in front of two others lists and asks the models of both', async () => {
  await using a = await serveTiny(open);
  await using b = await serveTiny(open);
  await using front = await serveTiny(open);
  for (const [name, served] of Object.entries({ a, b }))
    await front.luci.remotes.add({ name, url: `${urlOf(served)}/v1`, keyEnv: 'LUCI_SERVE_KEY' });
  const get = async (path: string, body?: object): Promise<unknown> =>
    (await fetch(`${urlOf(front)}${path}`, { headers: withKey, ...(body && { method: 'POST', body: JSON.stringify(body) }) })).json();
  const { data } = (await get('/v1/models')) as { data: { id: string; context_length: number }[] };
  expect(data.map(({ id }) => id)).toEqual(['tiny', 'a/tiny', 'b/tiny']);
  expect(new Set(data.map(({ context_length: tokens }) => tokens))).toEqual(new Set([2048]));
  const messages = [{ role: 'user', content: 'hi' }];
  for (const model of ['a/tiny', 'b/tiny']) {
    expect(await get('/v1/chat/completions', { model, messages })).toMatchObject({ choices: [{ message: { content: tinyReply } }] });
    expect(await get('/api/chat', { model, messages, stream: false })).toMatchObject({ message: { content: tinyReply } });
  }
});

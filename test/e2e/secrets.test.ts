import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Tokens, keys and proxies as people mistype them, and where they must not get to. */

let home: Home;
let server: Server;
let port: number;
let seen: { url: string; proxyAuthorization: string | undefined }[];
beforeEach(async () => {
  home = await makeHome();
  seen = [];
  server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', proxyAuthorization: request.headers['proxy-authorization'] });
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.close();
  await home[Symbol.asyncDispose]();
});

const hubs = { HF_ENDPOINT: 'http://hub.invalid', NO_PROXY: '', no_proxy: '' };
const install = (environment: Record<string, string>) => home.luci(['install', 'smollm2-135m', '--source', 'hub', '-y'], { environment });

test.each([
  ['HTTP_PROXY', '::::'],
  ['http_proxy', 'http://'],
  ['HTTP_PROXY', 'http//anna:geheim@proxy:1'],
  ['HTTP_PROXY', 'http://anna:geheim@pro xy:1'],
  ['HTTP_PROXY', 'http://anna:geheim@proxy:99999'],
  ['ALL_PROXY', '%zz'],
  ['HTTP_PROXY', 'anna:p@ss/geheim@proxy:1'],
  ['HTTP_PROXY', 'http://anna:80#geheim@proxy:1'],
  ['all_proxy', 'http://anna:80?geheim@proxy:1'],
])('%s=%s is refused by its name, without its password, and the hub is not reached past it', async (variable, value) => {
  const environment = { ...hubs, [variable]: value };
  const ran = await install({ ...environment, HF_ENDPOINT: `http://localhost.:${port}` });
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`${variable} is no address of a proxy`) });
  expect(ran.stdout + ran.stderr).not.toContain('geheim');
  expect(seen).toEqual([]);
  // What needs no network works, and the doctor tells it.
  expect(await home.luci(['list'], { environment })).toMatchObject({ exitCode: 0 });
  const doctor = await home.luci(['doctor'], { environment });
  expect(doctor.stdout).toContain(`${variable} is no address of a proxy`);
});

test.each([
  ['100%', '100%'],
  ['50%25', '50%'],
  ['a%40b%zz', 'a@b%zz'],
  ['%ff', '%ff'],
  ['%C3%A4', 'ä'],
])('the password %s of a proxy is sent as %s', async (written, meant) => {
  await install({ ...hubs, HTTP_PROXY: `http://anna:${written}@127.0.0.1:${port}` });
  expect(seen[0]?.url).toMatch(/^http:\/\/hub\.invalid\//);
  expect(seen[0]?.proxyAuthorization).toBe(`Basic ${Buffer.from(`anna:${meant}`).toString('base64')}`);
});

test.each(['hf_a\nb', 'hf_ä', 'hf a', 'hf_\u0007'])(
  'the token %j is refused by its name before anything is asked, and not told',
  async (token) => {
    const ran = await install({ HF_ENDPOINT: `http://127.0.0.1:${port}`, HF_TOKEN: token });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('HF_TOKEN holds characters') });
    expect(ran.stderr).not.toContain('hf_');
    expect(seen).toEqual([]);
    expect(await home.luci(['list'], { environment: { HF_TOKEN: token } })).toMatchObject({ exitCode: 0 });
  },
);

test('a token of the file of the hub’s own client is held to the same, and blanks around one are nothing', async () => {
  const path = join(home.folder, 'token');
  await writeFile(path, 'hf_ä\n');
  const environment = { HF_ENDPOINT: `http://127.0.0.1:${port}`, HF_TOKEN_PATH: path };
  expect(await install(environment)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds characters') });
  await writeFile(path, ' hf_good \n\n');
  expect((await install(environment)).stderr).not.toContain('holds characters');
  expect(seen.length).toBeGreaterThan(0);
});

test('a key of a remote endpoint that no header takes is refused by the name of its variable', async () => {
  await home.luci(['remote', 'add', 'box', `http://127.0.0.1:${port}/v1`, '--key-env', 'BOX_KEY']);
  for (const args of [
    ['ask', '-m', 'box/m', 'hi'],
    ['list', '--remote'],
  ]) {
    const ran = await home.luci(args, { environment: { BOX_KEY: 'sk-\u00e4' } });
    expect(ran, args.join(' ')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('BOX_KEY holds characters') });
  }
  expect(seen).toEqual([]);
});

test.runIf(process.platform === 'linux')('no key of anybody stands in the environment of the engine', async () => {
  const model = join(home.folder, 'tiny.gguf');
  await writeFile(model, tinyGguf());
  const keys = {
    OPENAI_API_KEY: 'geheim',
    AWS_SECRET_ACCESS_KEY: 'geheim',
    MY_PASSWORD: 'geheim',
    DATABASE_URL: 'geheim',
    HTTPS_PROXY: 'http://a:geheim@h:1',
  };
  expect(await home.luci(['ask', 'hi', '-m', model], { environment: { ...keys, HF_TOKEN: 'geheim', OMP_NUM_THREADS: '2' } })).toMatchObject(
    { exitCode: 0 },
  );
  const { pid } = JSON.parse((await home.luci(['ps', '--json'])).stdout) as { pid: number };
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
  expect(environment).not.toContain('geheim');
  expect(environment).toContain('OMP_NUM_THREADS=2');
});

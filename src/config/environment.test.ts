import { expect, test } from 'vitest';
import { childEnvironment, fetcherEnvironment } from './environment.ts';

const secrets = {
  OPENAI_API_KEY: 'a',
  ANTHROPIC_API_KEY: 'b',
  HF_TOKEN: 'c',
  AWS_SECRET_ACCESS_KEY: 'd',
  GITHUB_TOKEN: 'e',
  LLAMA_API_KEY: 'f',
  DATABASE_URL: 'postgres://user:pw@host',
  MY_PASSWORD: 'g',
  LLAMA_ARG_API_KEY: 'h',
  NODE_OPTIONS: '--require x',
  UV_THREADPOOL_SIZE: '4',
  LUCI_HOME: '/x',
  SSH_AUTH_SOCK: '/s',
};
const proxies = { HTTPS_PROXY: 'http://anna:pw@proxy:3128', no_proxy: 'a', npm_config_registry: 'http://r', PIP_INDEX_URL: 'http://u:p@r' };
const needed = {
  PATH: '/bin',
  HOME: '/home/a',
  LANG: 'C.UTF-8',
  LC_ALL: 'C',
  TMPDIR: '/t',
  LD_LIBRARY_PATH: '/l',
  SystemRoot: 'C:\\Windows',
};
const engine = {
  CUDA_VISIBLE_DEVICES: '0',
  GGML_VK_VISIBLE_DEVICES: '0',
  OMP_NUM_THREADS: '2',
  LLAMA_ARG_THREADS: '2',
  HSA_OVERRIDE_GFX_VERSION: '1',
};

test('programs that run models get what is on a list: no key of anybody, no proxy, nothing of Node', () => {
  expect(childEnvironment({ ...secrets, ...proxies, ...needed, ...engine })).toEqual({ ...needed, ...engine });
});

test('npm and pip get their registry and the proxies besides', () => {
  expect(fetcherEnvironment({ ...secrets, ...proxies, ...needed, ...engine })).toEqual({ ...needed, ...engine, ...proxies });
});

import { expect, test } from 'vitest';
import { type ServerSetting, serverFlags } from './server-flags.ts';
import { flavorOf } from './server-flavor.ts';

const setting: ServerSetting = {
  modelPath: '/m/a.gguf',
  modelName: 'a',
  port: 5000,
  contextLength: 4096,
  parallel: 2,
  rpc: [],
  isForVectors: false,
};
const argsOf = (kind: 'llama-server' | 'llamafile', version?: string, more: Partial<ServerSetting> = {}): string =>
  serverFlags(flavorOf(kind, version), { ...setting, ...more }).join(' ');

test.each([
  ['llama-server', undefined, '-m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 -np 2 --alias a --no-webui --offline'],
  ['llamafile', '0.9.3', '--server --nobrowser -m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 -np 2 --api-key-file /k'],
  ['llamafile', '0.10.6', '--server -m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 -np 2 --no-webui --offline'],
  ['llamafile', undefined, '--server -m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 -np 2 --no-webui --offline'],
] as const)('%s %s listens on this machine only, without a page and without the network', (kind, version, expected) => {
  expect(argsOf(kind, version, version === '0.9.3' ? { keyPath: '/k' } : {})).toBe(expected);
});

test('vectors need flags of their own, but for old llamafiles', () => {
  expect(argsOf('llama-server', undefined, { isForVectors: true })).toContain('--embeddings --pooling mean');
  expect(argsOf('llamafile', '0.9.3', { isForVectors: true })).not.toContain('--embeddings');
});

test('other machines are named, and a flag that was refused is left out with its value', () => {
  expect(argsOf('llama-server', undefined, { rpc: ['10.0.0.5:1', '10.0.0.6:2'] })).toContain('--rpc 10.0.0.5:1,10.0.0.6:2 -ngl 99');
  expect(serverFlags(flavorOf('llama-server'), setting, new Set(['-np', '--offline'])).join(' ')).toBe(
    '-m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 --alias a --no-webui',
  );
});

test('what keeps others out is never left out', () => {
  const refused = new Set(['--host', '--port', '--api-key-file', '-np']);
  expect(serverFlags(flavorOf('llamafile', '0.9.3'), { ...setting, keyPath: '/k' }, refused).join(' ')).toBe(
    '--server --nobrowser -m /m/a.gguf --host 127.0.0.1 --port 5000 -c 8192 --api-key-file /k',
  );
});

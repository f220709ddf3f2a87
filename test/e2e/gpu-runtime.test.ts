import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RuntimeTools, removeRuntime } from '../../src/install/add-runtime.ts';
import { addGpu, type GpuTools } from '../../src/install/gpu.ts';
import { createNet } from '../../src/net/create-net.ts';
import type { LedgerEntry } from '../../src/net/net.ts';
import { readRuntimes } from '../../src/store/runtime-list.ts';

let folder: string;
let ledger: LedgerEntry[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci gpu '));
  ledger = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A luci installed with another package beside the engine, and an npm that makes the archive it is asked for. */
async function tools({ offline = false, fails = false } = {}): Promise<GpuTools> {
  const packageFolder = join(folder, 'luci');
  await mkdir(join(packageFolder, 'node_modules', '@node-llama-cpp', 'linux-x64'), { recursive: true });
  const optionalDependencies = { '@node-llama-cpp/linux-x64': '3.21.1', '@node-llama-cpp/linux-arm64': '3.21.1' };
  await writeFile(join(packageFolder, 'package.json'), JSON.stringify({ optionalDependencies }));
  const npm = join(folder, 'npm');
  const makes = 'mkdir package && echo "$2" > package/name && tar -czf made.tgz package && rm -r package';
  await writeFile(
    npm,
    `#!/bin/sh\n${fails ? 'echo "npm error 404 Not Found - https://user:secret@registry.test/x" >&2; exit 1' : makes}\n`,
  );
  await chmod(npm, 0o755);
  const net = createNet({ offline, proxy: { none: [] }, userAgent: 'luci', record: (entry) => ledger.push(entry) });
  const environment = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  return { net, environment, packageFolder, stateFolder: join(folder, 'state') };
}

const inside = async ({ packageFolder }: GpuTools): Promise<string[]> =>
  (await readdir(join(packageFolder, 'node_modules', '@node-llama-cpp'))).sort();

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'each kind is put beside the engine, on record, and taken away alone',
  async () => {
    const with_ = await tools();
    const added = await addGpu(with_, 'vulkan');
    expect(added).toMatchObject({ kind: 'vulkan', version: '3.21.1', isOurs: true });
    expect((await readFile(join(added.path, 'name'), 'utf8')).trim()).toBe('@node-llama-cpp/linux-x64-vulkan@3.21.1');
    await addGpu(with_, 'cuda');
    expect(await inside(with_)).toEqual(['linux-x64', 'linux-x64-cuda', 'linux-x64-cuda-ext', 'linux-x64-vulkan']);
    expect(ledger.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual(['npm exit 0', 'npm exit 0', 'npm exit 0']);
    const runtimes = { ...with_, runtimesFolder: join(folder, 'runtimes'), catalogPath: '' } as unknown as RuntimeTools;
    await removeRuntime(runtimes, 'cuda', undefined);
    expect(await inside(with_)).toEqual(['linux-x64', 'linux-x64-vulkan']);
    expect((await readRuntimes(with_.stateFolder)).map(({ kind }) => kind)).toEqual(['vulkan']);
    await removeRuntime(runtimes, 'vulkan', undefined);
    expect(await inside(with_)).toEqual(['linux-x64']);
  },
);

test('npm that fails leaves nothing behind, and its address is not told', async () => {
  const with_ = await tools({ fails: true });
  const error = await addGpu(with_, 'vulkan').catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: 'NETWORK_FAILED', message: expect.stringContaining('404 Not Found') });
  expect(String(error)).not.toContain('secret');
  expect(await inside(with_)).toEqual(['linux-x64']);
});

test('offline nothing is fetched', async () => {
  const with_ = await tools({ offline: true });
  await expect(addGpu(with_, 'vulkan')).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(await inside(with_)).toEqual(['linux-x64']);
});

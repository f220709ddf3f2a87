import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';

/** The built library, as a program uses it. */

type Library = typeof import('../../src/index.ts');

test('downloadFile fetches a pinned file as docs/downloads.md says, and an abort keeps what came', async () => {
  const { createLuci, defaultSettings, downloadFile } = (await import(
    pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href
  )) as Library;
  const folder = await mkdtemp(join(tmpdir(), 'luci library '));
  await using hub = await startHub();
  const bytes = tinyGguf();
  const served = hub.add({ repo: 'owner/name', path: 'm.gguf', bytes, bytesPerSecond: 500_000 });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await using luci = createLuci(defaultSettings({ home: join(folder, 'home'), hubEndpoint: hub.endpoint }));
  const file = {
    name: 'm.gguf',
    sizeBytes: bytes.length,
    sha256,
    sources: [{ kind: 'hub', repo: 'owner/name', revision: served.commit, path: 'm.gguf' }],
  } as const;
  const options = { partialFolder: join(folder, '.partial'), destinationPath: join(folder, 'm.gguf'), hub: luci.settings.hub };

  const stopped = downloadFile(luci.net, file, { ...options, signal: AbortSignal.timeout(1200) });
  await expect(stopped).rejects.toMatchObject({ code: 'TIMED_OUT', details: { keptBytes: expect.any(Number), totalBytes: bytes.length } });
  const sent = served.sentBytes;
  const done = await downloadFile(luci.net, file, options);
  expect(done).toMatchObject({ sha256, vouched: true, sizeBytes: bytes.length });
  expect((await readFile(done.path)).equals(bytes)).toBe(true);
  expect(served.sentBytes - sent).toBeLessThan(bytes.length - 200_000);
  await rm(folder, { recursive: true });
});

test('the types name no package: a program that checks its libraries strictly has none of ours', async () => {
  const clone = join(import.meta.dirname, '..', '..');
  const root = await mkdtemp(join(tmpdir(), 'luci types '));
  execFileSync(process.execPath, [join(clone, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json', '--outDir', root], {
    cwd: clone,
  });
  const waiting = [join(root, 'index.d.ts'), join(root, 'ai', 'index.d.ts')];
  const seen = new Set<string>();
  const packages: string[] = [];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, named = ''] of (await readFile(path, 'utf8')).matchAll(/(?:from |import\()'([^']+)'/g)) {
      if (named.startsWith('.')) waiting.push(resolve(dirname(path), named.replace(/\.(ts|js)$/, '.d.ts')));
      else if (!named.startsWith('node:')) packages.push(`${path}: ${named}`);
    }
  }
  expect(seen.size).toBeGreaterThan(20);
  expect(packages).toEqual([]);
  await rm(root, { recursive: true });
}, 60_000);

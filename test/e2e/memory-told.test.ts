import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCatalog } from '../../src/catalog/load-catalog.ts';
import { minContextLength } from '../../src/engine/defaults.ts';
import { estimateMemoryFromSize } from '../../src/gguf/memory-estimate.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** How much memory a model is said to take, before and after its file is here. */

let home: Home;
beforeAll(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterAll(() => home[Symbol.asyncDispose]());

const memoryIn = (text: string): string | undefined => /^memory\D*([\d.]+ [MG]B)/m.exec(text.replace('at 4k', ''))?.[1];

test('of an installed model, known to the catalogue or not, it is told, as for a file', async () => {
  const path = join(home.folder, 'models', 'tiny.gguf');
  const told = memoryIn((await home.luci(['show', 'tiny'])).stdout);
  expect(told).toBeDefined();
  const { memoryBytes } = (JSON.parse((await home.luci(['list', '--json'])).stdout) as { memoryBytes: number }[])[0] ?? {};
  expect(memoryBytes).toBeLessThan(60e6);
  // The file is told at what it was trained for, which is less than the smallest context.
  expect(memoryIn((await home.luci(['show', path])).stdout)).toBeDefined();
});

test.each([['qwen2.5-coder-1.5b', 2.35e9]])('of %s, which is not here, it is about what was measured', async (name, measuredBytes) => {
  const model = (await loadCatalog()).byNormalName(name);
  const [{ sizeBytes: fileBytes = 0 } = {}] = model?.files ?? [];
  const { parametersB = 0, quantization } = model ?? {};
  const bytes = estimateMemoryFromSize({ fileBytes, parametersB, quantization, contextLength: minContextLength });
  expect(bytes / measuredBytes).toBeGreaterThan(0.85);
  expect(bytes / measuredBytes).toBeLessThan(1.25);
});

test('ps says what the engine process uses, beside what each model may take', async () => {
  await home.luci(['ask', '-m', 'tiny', 'hi']);
  const { stdout, stderr } = await home.luci(['ps']);
  expect(stdout).toContain('tiny');
  expect(stderr).toMatch(/^The engine process \(\d+\) uses \d+[\d.]* MB; /);
  expect((await home.luci(['ps', '-q'])).stderr).toBe('');
});

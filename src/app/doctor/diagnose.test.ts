import { expect, test } from 'vitest';
import { type DoctorFacts, diagnose } from './diagnose.ts';

const linux: DoctorFacts['machine'] = {
  platform: 'linux',
  arch: 'x64',
  release: '6.1.0',
  libc: '2.36',
  hasAvx: true,
  physicalCores: 4,
  totalMemoryBytes: 16e9,
  freeMemoryBytes: 9e9,
};
const facts: DoctorFacts = {
  machine: linux,
  nodeVersion: '20.20.2',
  catalogProblems: [],
  gpu: undefined,
  gpuLibraries: [],
  llamaServer: undefined,
  llamafile: undefined,
  python: undefined,
  home: '/home/x/.luciferai',
  configFolder: '/home/x/.luciferai',
  isHomeWritable: true,
  freeDiskBytes: 60e9,
  models: { count: 2, bytes: 3e9, broken: [] },
  network: { state: 'reached', host: 'huggingface.co', proxy: false },
};
const mac = (release: string, arch: string, hasAvx: boolean | undefined): Partial<DoctorFacts['machine']> => ({
  platform: 'darwin',
  arch,
  release,
  libc: undefined,
  hasAvx,
});

/** Recorded facts of machines, and what the doctor says of the engine there. */
const machines: readonly (readonly [name: string, machine: Partial<DoctorFacts['machine']>, state: 'good' | 'wrong', text: string])[] = [
  ['Linux with glibc and AVX', {}, 'good', 'embedded'],
  ['macOS 10.15 on Intel', mac('19.6.0', 'x64', true), 'wrong', 'needs macOS 13.3, this is macOS 10.15'],
  ['macOS 12 on Intel', mac('21.6.0', 'x64', true), 'wrong', 'this is macOS 12'],
  ['macOS 12 on Apple silicon', mac('21.6.0', 'arm64', undefined), 'wrong', 'this is macOS 12'],
  ['macOS 14 on Intel', mac('23.6.0', 'x64', true), 'good', 'embedded'],
  ['macOS 14 on Apple silicon', mac('23.6.0', 'arm64', undefined), 'good', 'embedded'],
  ['Windows', { platform: 'win32', release: '10.0.22631', libc: undefined, hasAvx: undefined }, 'good', 'embedded'],
  ['Alpine', { libc: 'musl' }, 'wrong', 'needs glibc, this system has musl'],
  ['a CPU without AVX', { hasAvx: false }, 'wrong', 'needs a CPU with AVX'],
  ['32-bit x86', { arch: 'ia32' }, 'wrong', 'no build for linux ia32'],
];

test.each(machines)('%s', (_, machine, state, text) => {
  const engine = diagnose({ ...facts, machine: { ...linux, ...machine } }).find(({ topic }) => topic === 'engine');
  expect(engine).toMatchObject({ state, text: expect.stringContaining(text) });
  expect(engine?.fix === undefined).toBe(state === 'good');
});

const problems: readonly (readonly [topic: string, change: Partial<DoctorFacts>, text: string, fix: string])[] = [
  ['node', { nodeVersion: '18.20.1' }, '18.20.1 is too old', '20.19'],
  ['store', { isHomeWritable: false }, 'cannot be written', '--home'],
  ['store', { models: { count: 1, bytes: 1, broken: ['half'] } }, 'half is broken', 'luci show half'],
  ['disk', { freeDiskBytes: 5e8 }, '500 MB free', 'luci clean'],
  ['network', { network: { state: 'failed', host: 'huggingface.co', reason: 'name not found' } }, 'name not found', 'HTTPS_PROXY'],
];

test.each(problems)('a problem of %s comes with its fix', (topic, change, text, fix) => {
  const finding = diagnose({ ...facts, ...change }).find((candidate) => candidate.topic === topic);
  expect(finding).toMatchObject({ state: 'wrong', text: expect.stringContaining(text), fix: expect.stringContaining(fix) });
});

test('where the embedded engine cannot run, another one that is here is enough, and each is named with its reason', () => {
  const catalina = { ...linux, ...mac('19.6.0', 'x64', true) };
  const engines = (change: Partial<DoctorFacts>) =>
    diagnose({ ...facts, machine: catalina, ...change }).filter(({ topic }) => topic === 'engine');
  expect(engines({ llamafile: '0.10.6-thin' }).map(({ state }) => state)).toEqual(['note', 'note', 'good']);
  expect(engines({ llamaServer: '/opt/llama-server' }).map(({ state }) => state)).toEqual(['note', 'good', 'note']);
  expect(engines({}).map(({ fix }) => fix?.split('\n')[0])).toEqual(['luci runtime add llamafile', undefined, undefined]);
  const noAvx = engines({ machine: { ...catalina, hasAvx: false } });
  expect(noAvx.map(({ text }) => text)).toContain('A llamafile needs a CPU with AVX, this one has none.');
});

test('a machine without problems has none', () => {
  expect(diagnose(facts).filter(({ state }) => state === 'wrong')).toEqual([]);
});

test.each<[string, Partial<DoctorFacts>, object]>([
  ['a card of NVIDIA', { gpu: { name: 'NVIDIA driver', library: 'cuda' } }, { state: 'note', fix: 'luci runtime add cuda' }],
  ['a card of AMD', { gpu: { name: 'AMD driver', library: 'vulkan' } }, { state: 'note', fix: 'luci runtime add vulkan' }],
  [
    'a card with its library',
    { gpu: { name: 'AMD driver', library: 'vulkan' }, gpuLibraries: ['vulkan'] },
    { state: 'good', text: 'AMD driver, by vulkan' },
  ],
])('%s is used, or how to is said', (_, more, expected) => {
  expect(diagnose({ ...facts, ...more }).find(({ topic }) => topic === 'gpu')).toMatchObject(expected);
});

import { expect, test } from 'vitest';
import { chooseEngine, type EngineWish, embeddedObstacle, llamafileObstacle } from './choose-engine.ts';
import { coresOf, type MachineFacts } from './machine.ts';

const facts = (machine: Partial<MachineFacts>): MachineFacts => ({
  platform: 'linux',
  arch: 'x64',
  release: '6.1.0',
  libc: '2.36',
  hasAvx: true,
  physicalCores: 2,
  totalMemoryBytes: 8e9,
  freeMemoryBytes: 4e9,
  ...machine,
});
const wish: EngineWish = { choice: 'auto', isLlamafile: false, isSpread: false, programs: {} };
const mac = (release: string, arch = 'x64'): MachineFacts => facts({ platform: 'darwin', arch, release, libc: undefined });

test.each([
  ['Linux with glibc and AVX', facts({})],
  ['Linux on ARM', facts({ arch: 'arm64', hasAvx: undefined })],
  ['macOS 13.3 on Intel', mac('22.4.0')],
  ['macOS 14 on Apple silicon', mac('23.1.0', 'arm64')],
  ['macOS 26', mac('25.0.0', 'arm64')],
  ['Windows', facts({ platform: 'win32', release: '10.0.19045', libc: undefined, hasAvx: undefined })],
])('%s runs the embedded engine', (_, machine) => {
  expect(chooseEngine(machine, wish)).toBe('embedded');
});

test.each([
  ['macOS 10.15', mac('19.6.0'), 'The embedded engine needs macOS 13.3, this is macOS 10.15.'],
  ['macOS 11', mac('20.6.0'), 'this is macOS 11.5.'],
  ['macOS 12', mac('21.6.0'), 'this is macOS 12.5.'],
  ['macOS 13.2', mac('22.3.0'), 'this is macOS 13.2.'],
  ['musl', facts({ libc: 'musl' }), 'has musl'],
  ['a CPU without AVX', facts({ hasAvx: false }), 'needs a CPU with AVX'],
  ['a system without a build', facts({ platform: 'freebsd' }), 'no build for freebsd x64'],
])('%s is refused in one line with a way out', (_, machine, message) => {
  expect(() => chooseEngine(machine, wish)).toThrow(message);
  const obstacle = embeddedObstacle(machine);
  expect(obstacle?.message).not.toContain('\n');
  expect(obstacle?.wayOut).not.toBe('');
});

const mixtral2023 = { architecture: 'llama', hasSplitExperts: true };
const gemma4 = { architecture: 'gemma4', hasSplitExperts: false };
const catalina = mac('19.6.0');
test.each<[string, MachineFacts, Partial<EngineWish>, string]>([
  ['what works is not changed for what is there', facts({}), { programs: { 'llama-server': {}, llamafile: {} } }, 'embedded'],
  ['an old Mac takes a llamafile that is there', catalina, { programs: { llamafile: {} } }, 'llamafile'],
  ['an old Mac takes a llama-server before a llamafile', catalina, { programs: { 'llama-server': {}, llamafile: {} } }, 'llama-server'],
  ['musl takes a llamafile', facts({ libc: 'musl' }), { programs: { llamafile: {} } }, 'llamafile'],
  ['a .llamafile brings its own engine', facts({}), { isLlamafile: true }, 'llamafile'],
  ['a model over several machines needs llama-server', facts({}), { isSpread: true, programs: { 'llama-server': {} } }, 'llama-server'],
  [
    'experts one by one go to an old llamafile that is there',
    facts({}),
    { programs: { 'llama-server': {}, llamafile: { version: '0.9.3' } }, model: mixtral2023 },
    'llamafile',
  ],
  ['a new architecture goes to a new llamafile', catalina, { programs: { llamafile: { version: '0.10.6' } }, model: gemma4 }, 'llamafile'],
  ['what is asked for is taken', facts({}), { choice: 'llamafile', programs: { llamafile: {} } }, 'llamafile'],
])('%s', (_, machine, wanted, engine) => {
  expect(chooseEngine(machine, { ...wish, ...wanted })).toBe(engine);
});

test.each<[string, MachineFacts, Partial<EngineWish>, string]>([
  ['a llamafile without AVX', facts({ hasAvx: false }), { isLlamafile: true }, 'needs a CPU with AVX'],
  ['a llamafile that is not there', facts({}), { choice: 'llamafile' }, 'There is no llamafile here yet.'],
  ['a llama-server that is not there', facts({}), { choice: 'llama-server' }, 'There is no llama-server on the PATH.'],
  ['the embedded engine on an old Mac', catalina, { choice: 'embedded', programs: { llamafile: {} } }, 'needs macOS 13.3'],
  ['experts one by one, by all that is new', facts({}), { model: mixtral2023 }, 'stores its experts one by one'],
  ['experts one by one, also when asked for', facts({}), { choice: 'embedded', model: mixtral2023 }, 'stores its experts one by one'],
  [
    'an architecture that is younger than the llamafile',
    catalina,
    { programs: { llamafile: { version: '0.9.3' } }, model: gemma4 },
    'llamafile 0.9.3 is older than the architecture gemma4',
  ],
  ['a file for --engine remote', facts({}), { choice: 'remote' }, 'A file is run here'],
])('refused: %s', (_, machine, wanted, message) => {
  expect(() => chooseEngine(machine, { ...wish, ...wanted })).toThrow(message);
});

test('the way out names a llamafile only where one can run', () => {
  expect(embeddedObstacle(catalina)?.wayOut).toContain('luci runtime add llamafile');
  expect(embeddedObstacle(facts({ hasAvx: false }))?.wayOut).not.toContain('llamafile');
  expect(llamafileObstacle(facts({ platform: 'win32', arch: 'arm64' }))?.message).toBe('A llamafile does not run on win32 arm64.');
});

const block = (processor: number, socket: number, core: number): string =>
  `processor\t: ${processor}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\nflags\t\t: fpu avx\n`;

test.each([
  ['two threads of one core are one', [block(0, 0, 0), block(1, 0, 0)], 1],
  ['two sockets with a core each are two', [block(0, 0, 0), block(1, 1, 0)], 2],
  ['ARM names no cores: every processor is one', ['processor\t: 0\nBogoMIPS: 1\n', 'processor\t: 1\nBogoMIPS: 1\n'], 2],
])('%s', (_, blocks, cores) => {
  expect(coresOf(blocks.join('\n'))).toBe(cores);
});

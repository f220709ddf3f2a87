import { type EngineProgramKind, engineProgramKinds, enginePrograms } from '../base/engine-programs.ts';
import { LuciError } from '../base/errors.ts';
import { isOldLlamafile } from './child/server-flavor.ts';
import type { EngineKind } from './engine.ts';
import type { MachineFacts } from './machine.ts';

/** Which engine runs a model here. Pure, and decided before anything native is loaded: a loader's crash explains nothing. */

const platformPackages = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-arm', 'linux-x64', 'win32-arm64', 'win32-x64'];

/** What stands in the way of an engine, and what would not. */
export interface EngineObstacle {
  readonly message: string;
  readonly wayOut: string;
}

/** What the choice rests on beside the machine. */
export interface EngineWish {
  readonly choice: 'auto' | EngineKind;
  /** Whether the model is a `.llamafile`, which brings its own engine. */
  readonly isLlamafile: boolean;
  /** Whether it is to be spread over other machines. */
  readonly isSpread: boolean;
  /** The programs that are here, with their versions where they are known. */
  readonly programs: ProgramsHere;
  /** What the model's header says; left out for a `.llamafile`. */
  readonly model?: ModelTraits;
}

/** Programs that are here, by kind. */
export type ProgramsHere = Readonly<Partial<Record<EngineProgramKind, { readonly version?: string }>>>;

/** What of a model decides which engine can read it. */
export interface ModelTraits {
  /** As in `general.architecture` of its header. */
  readonly architecture: string;
  /** Experts one by one, as in Mixtral files of before April 2024. */
  readonly hasSplitExperts: boolean;
}

/** Architectures that llamafile 0.9.3 does not know: they are younger than its llama.cpp (found missing from that tag's table). */
const newerThanOldLlamafiles: ReadonlySet<string> = new Set(
  (
    'arcee deci ernie4_5-moe falcon-h1 gemma3n gemma4 glm4moe gpt-oss granitehybrid hunyuan-dense jamba lfm2 lfm2moe llama4 minicpm3 ' +
    'minimax-m2 mistral3 mistral4 nemotron_h_moe olmo2 phimoe qwen35 qwen35moe qwen3next qwen3vl qwen3vlmoe smollm3 step35'
  ).split(' '),
);

/** Why an engine cannot read this model; undefined where it can, as far as its header tells. */
export function modelObstacle(
  kind: Exclude<EngineKind, 'remote'>,
  model: ModelTraits | undefined,
  version: string | undefined,
): EngineObstacle | undefined {
  if (!model) return undefined;
  const isOld = kind === 'llamafile' && isOldLlamafile(version);
  if (model.hasSplitExperts && !isOld)
    return {
      message: "This file stores its experts one by one, as before April 2024; today's llama.cpp does not read it.",
      wayOut: 'A newer conversion of the same model: luci search mixtral\nAn older program that reads it: luci runtime add llamafile@0.9.3',
    };
  if (isOld && newerThanOldLlamafiles.has(model.architecture))
    return {
      message: `llamafile ${version} is older than the architecture ${model.architecture} of this model.`,
      wayOut: 'luci runtime add llamafile',
    };
  return undefined;
}

/**
 * Why the embedded engine cannot run here; undefined where it can.
 * macOS 13.3: the prebuilt libraries need Accelerate's new LAPACK symbols. musl: they are linked with glibc.
 */
export function embeddedObstacle(facts: MachineFacts): EngineObstacle | undefined {
  const { platform, arch, release, libc, hasAvx } = facts;
  const elsewhere = 'Use an engine elsewhere: luci remote add NAME URL';
  const orLlamafile = llamafileObstacle(facts) === undefined ? 'luci runtime add llamafile\n' : '';
  if (!platformPackages.includes(`${platform}-${arch}`))
    return { message: `The embedded engine has no build for ${platform} ${arch}.`, wayOut: `${orLlamafile}${elsewhere}` };
  if (platform === 'darwin' && !isAtLeast(release, 22, 4)) {
    return {
      message: `The embedded engine needs macOS 13.3, this is ${macosName(release)}.`,
      wayOut: `${orLlamafile}Put a llama-server that runs here on the PATH, or use one elsewhere: luci remote add NAME URL`,
    };
  }
  if (libc === 'musl') {
    return {
      message: 'The embedded engine needs glibc, this system has musl (Alpine, perhaps).',
      wayOut: `${orLlamafile}Put a llama-server built for musl on the PATH, or use one elsewhere: luci remote add NAME URL`,
    };
  }
  if (hasAvx === false) {
    return {
      message: 'The embedded engine needs a CPU with AVX, this one has none.',
      wayOut: 'Put a llama-server built without AVX on the PATH, or use one elsewhere: luci remote add NAME URL',
    };
  }
  return undefined;
}

/**
 * Why a llamafile cannot run here; undefined where it may.
 * AVX on every x64 and AMD64 only on Windows: llamafile's docs/support.md. Darwin 15.6: its makers' "should be supported".
 */
export function llamafileObstacle({ platform, arch, release, hasAvx }: MachineFacts): EngineObstacle | undefined {
  const wayOut = 'Use an engine elsewhere: luci remote add NAME URL';
  const isKnown = platform === 'win32' ? arch === 'x64' : ['linux', 'darwin', 'freebsd'].includes(platform) && /^(x64|arm64)$/.test(arch);
  if (!isKnown) return { message: `A llamafile does not run on ${platform} ${arch}.`, wayOut };
  if (hasAvx === false) return { message: 'A llamafile needs a CPU with AVX, this one has none.', wayOut };
  if (platform === 'darwin' && !isAtLeast(release, 15, 6))
    return { message: `A llamafile needs macOS 10.11, this is ${macosName(release)}.`, wayOut };
  return undefined;
}

/** Why an engine cannot run on a machine, by kind; one without an entry does not compile. */
export const machineObstacles: Readonly<Record<Exclude<EngineKind, 'remote'>, (facts: MachineFacts) => EngineObstacle | undefined>> = {
  embedded: embeddedObstacle,
  'llama-server': () => undefined, // It is the user's own, built for this machine.
  llamafile: llamafileObstacle,
};

/** The engine to use for a file. Throws ENGINE_UNSUPPORTED in one line with the ways out. */
export function chooseEngine(facts: MachineFacts, wish: EngineWish): Exclude<EngineKind, 'remote'> {
  const { choice, isLlamafile, isSpread, programs, model } = wish;
  if (choice === 'remote')
    throw new LuciError('ENGINE_UNSUPPORTED', 'A file is run here, not elsewhere.', {
      hint: 'luci list --remote\nluci ask -m NAME/MODEL …',
    });
  if (isLlamafile) return requireEngine('llamafile', facts, wish);
  if (isSpread) return requireEngine('llama-server', facts, wish);
  if (choice !== 'auto') return requireEngine(choice, facts, wish);
  const kinds = ['embedded', ...engineProgramKinds.filter((kind) => programs[kind] !== undefined)] as const;
  const here = kinds.map((kind) => ({
    kind,
    obstacle: machineObstacles[kind](facts),
    unread: modelObstacle(kind, model, versionOf(kind, programs)),
  }));
  const usable = here.find(({ obstacle, unread }) => obstacle === undefined && unread === undefined);
  if (usable) return usable.kind;
  // A model that nothing here reads is the nearer reason: the machine may have other engines.
  const reason = here.findLast(({ unread }) => unread)?.unread ?? here.find(({ obstacle }) => obstacle)?.obstacle;
  throw unsupported(reason ?? { message: 'No engine runs here.', wayOut: 'luci doctor' }, facts);
}

/** Throws ENGINE_UNSUPPORTED where the embedded engine cannot run. */
export function requireEmbedded(facts: MachineFacts): void {
  const obstacle = embeddedObstacle(facts);
  if (obstacle) throw unsupported(obstacle, facts);
}

function requireEngine(
  kind: Exclude<EngineKind, 'remote'>,
  facts: MachineFacts,
  { isLlamafile, programs, model }: EngineWish,
): Exclude<EngineKind, 'remote'> {
  const obstacle = machineObstacles[kind](facts);
  if (obstacle) throw unsupported(obstacle, facts);
  if (kind !== 'embedded' && programs[kind] === undefined && !isLlamafile) {
    const { message, hint } = enginePrograms[kind].missing;
    throw new LuciError('ENGINE_UNSUPPORTED', message, { hint });
  }
  const unread = isLlamafile ? undefined : modelObstacle(kind, model, versionOf(kind, programs));
  if (unread) throw unsupported(unread, facts);
  return kind;
}

function versionOf(kind: Exclude<EngineKind, 'remote'>, programs: ProgramsHere): string | undefined {
  return kind === 'embedded' ? undefined : programs[kind]?.version;
}

function unsupported({ message, wayOut }: EngineObstacle, { platform, arch, release }: MachineFacts): LuciError {
  return new LuciError('ENGINE_UNSUPPORTED', message, { hint: wayOut, details: { platform, arch, release } });
}

function isAtLeast(release: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = release.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

/** Darwin's version as the name people know: 19.6 is macOS 10.15, 20 is 11, 24 is 15, and from 25 on the year: 26. */
function macosName(release: string): string {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  if (major < 20) return `macOS 10.${major - 4}`;
  return `macOS ${major >= 25 ? major + 1 : major - 9}.${Math.max(0, minor - 1)}`;
}

import { LuciError } from '../base/errors.ts';
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
  readonly hasLlamaServer: boolean;
  readonly hasLlamafile: boolean;
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

/** The engine to use for a file. Throws ENGINE_UNSUPPORTED in one line with the ways out. */
export function chooseEngine(facts: MachineFacts, wish: EngineWish): Exclude<EngineKind, 'remote'> {
  const { choice, isLlamafile, isSpread, hasLlamaServer, hasLlamafile } = wish;
  if (choice === 'remote')
    throw new LuciError('ENGINE_UNSUPPORTED', 'A file is run here, not elsewhere.', {
      hint: 'luci list --remote\nluci ask -m NAME/MODEL …',
    });
  if (isLlamafile) return requireEngine('llamafile', facts, wish);
  if (isSpread) return requireEngine('llama-server', facts, wish);
  if (choice !== 'auto') return requireEngine(choice, facts, wish);
  const obstacle = embeddedObstacle(facts);
  if (obstacle === undefined) return 'embedded';
  if (hasLlamaServer) return 'llama-server';
  if (hasLlamafile && llamafileObstacle(facts) === undefined) return 'llamafile';
  throw unsupported(obstacle, facts);
}

/** Throws ENGINE_UNSUPPORTED where the embedded engine cannot run. */
export function requireEmbedded(facts: MachineFacts): void {
  const obstacle = embeddedObstacle(facts);
  if (obstacle) throw unsupported(obstacle, facts);
}

function requireEngine(
  kind: Exclude<EngineKind, 'remote'>,
  facts: MachineFacts,
  { isLlamafile, hasLlamaServer, hasLlamafile }: EngineWish,
): Exclude<EngineKind, 'remote'> {
  if (kind === 'llama-server' && !hasLlamaServer)
    throw new LuciError('ENGINE_UNSUPPORTED', 'There is no llama-server on the PATH.', {
      hint: 'luci runtime add llama-server --path FILE',
    });
  const obstacle = kind === 'embedded' ? embeddedObstacle(facts) : kind === 'llamafile' ? llamafileObstacle(facts) : undefined;
  if (obstacle) throw unsupported(obstacle, facts);
  if (kind === 'llamafile' && !hasLlamafile && !isLlamafile)
    throw new LuciError('ENGINE_UNSUPPORTED', 'There is no llamafile here yet.', { hint: 'luci runtime add llamafile' });
  return kind;
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

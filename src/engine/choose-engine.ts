import { LuciError } from '../base/errors.ts';
import type { EngineKind } from './engine.ts';
import type { MachineFacts } from './machine.ts';

/** Which engine runs a model here. Pure, and decided before anything native is loaded: a loader's crash explains nothing. */

const platformPackages = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-arm', 'linux-x64', 'win32-arm64', 'win32-x64'];

/** What stands in the way of the embedded engine, and what would not. */
export interface EngineObstacle {
  readonly message: string;
  readonly wayOut: string;
}

/**
 * Why the embedded engine cannot run here; undefined where it can.
 * macOS 13.3: the prebuilt libraries need Accelerate's new LAPACK symbols. musl: they are linked with glibc.
 */
export function embeddedObstacle({ platform, arch, release, libc, hasAvx }: MachineFacts): EngineObstacle | undefined {
  if (!platformPackages.includes(`${platform}-${arch}`)) {
    return {
      message: `The embedded engine has no build for ${platform} ${arch}.`,
      wayOut: 'Use an engine elsewhere: luci remote add NAME URL',
    };
  }
  if (platform === 'darwin' && !isAtLeast(release, 22, 4)) {
    return {
      message: `The embedded engine needs macOS 13.3, this is ${macosName(release)}.`,
      wayOut:
        'Update to macOS 13.3 or newer, put a llama-server that runs here on the PATH, or use one elsewhere: luci remote add NAME URL',
    };
  }
  if (libc === 'musl') {
    return {
      message: 'The embedded engine needs glibc, this system has musl (Alpine, perhaps).',
      wayOut:
        'Put a llama-server built for musl on the PATH, use one elsewhere (luci remote add NAME URL), or run luci where there is glibc: Debian, Ubuntu, Fedora.',
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

/** The engine to use. Throws ENGINE_UNSUPPORTED in one line with the ways out. */
export function chooseEngine(facts: MachineFacts): EngineKind {
  const obstacle = embeddedObstacle(facts);
  if (obstacle === undefined) return 'embedded';
  throw new LuciError('ENGINE_UNSUPPORTED', obstacle.message, {
    hint: obstacle.wayOut,
    details: { platform: facts.platform, arch: facts.arch, release: facts.release },
  });
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

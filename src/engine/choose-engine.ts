import { LuciError } from '../base/errors.ts';
import type { EngineKind } from './engine.ts';
import type { MachineFacts } from './machine.ts';

/** Which engine runs a model here. Pure, and decided before anything native is loaded: a loader's crash explains nothing. */

const platformPackages = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-arm', 'linux-x64', 'win32-arm64', 'win32-x64'];

/** Ways to run models where the embedded engine cannot. */
const otherWays = 'A machine that meets this, or a newer system.';

/**
 * Why the embedded engine cannot run here, in one sentence; undefined where it can.
 * macOS 13.3: the prebuilt libraries need Accelerate's new LAPACK symbols. musl: they are linked with glibc.
 */
export function embeddedObstacle({ platform, arch, release, libc, hasAvx }: MachineFacts): string | undefined {
  if (!platformPackages.includes(`${platform}-${arch}`)) return `The embedded engine has no build for ${platform} ${arch}.`;
  if (platform === 'darwin' && !isAtLeast(release, 22, 4)) return `The embedded engine needs macOS 13.3, this is ${macosName(release)}.`;
  if (libc === 'musl') return 'The embedded engine needs glibc, this system has musl (Alpine, perhaps).';
  if (hasAvx === false) return 'The embedded engine needs a CPU with AVX, this one has none.';
  return undefined;
}

/** The engine to use. Throws ENGINE_UNSUPPORTED in one line with the ways out. */
export function chooseEngine(facts: MachineFacts): EngineKind {
  const obstacle = embeddedObstacle(facts);
  if (obstacle === undefined) return 'embedded';
  throw new LuciError('ENGINE_UNSUPPORTED', obstacle, {
    hint: otherWays,
    details: { platform: facts.platform, arch: facts.arch, release: facts.release },
  });
}

function isAtLeast(release: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = release.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

/** Darwin's version as the name people know: 19.6 is macOS 10.15, 20 is 11, and so on. */
function macosName(release: string): string {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major >= 20 ? `macOS ${major - 9}.${Math.max(0, minor - 1)}` : `macOS 10.${major - 4}`;
}

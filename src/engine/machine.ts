import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

/** Facts of the machine on which the choice of an engine rests. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** As `os.release()`: the kernel's; Darwin 22.4 is macOS 13.3. */
  readonly release: string;
  /** glibc's version, `musl`, or undefined off Linux. */
  readonly libc: string | undefined;
  /** Whether the CPU has AVX; undefined where that is no question (ARM) or not known. */
  readonly hasAvx: boolean | undefined;
  readonly physicalCores: number;
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
}

/** Looks at this machine; starts nothing native. */
export async function probeMachine(): Promise<MachineFacts> {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    release: os.release(),
    libc: platform === 'linux' ? libcVersion() : undefined,
    hasAvx: arch === 'x64' ? await findAvx(platform) : undefined,
    physicalCores: await countPhysicalCores(platform),
    totalMemoryBytes: os.totalmem(),
    freeMemoryBytes: os.freemem(),
  };
}

function libcVersion(): string {
  // The report's header says which C library Node runs on; musl has no such field.
  const report = process.report.getReport() as unknown as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? 'musl';
}

async function findAvx(platform: NodeJS.Platform): Promise<boolean | undefined> {
  if (platform === 'linux') return cpuInfo().then((text) => (text === undefined ? undefined : /^flags\s*:.*\bavx\b/m.test(text)));
  if (platform === 'darwin')
    return sysctl('machdep.cpu.features').then((text) => (text === undefined ? undefined : /\bAVX1\.0\b/.test(text)));
  return undefined;
}

/** Cores, not hardware threads: two threads of one core share the units that inference keeps busy. Never more than this process may use. */
async function countPhysicalCores(platform: NodeJS.Platform): Promise<number> {
  const usable = os.availableParallelism();
  const counted = platform === 'linux' ? coresOf(await cpuInfo()) : platform === 'darwin' ? Number(await sysctl('hw.physicalcpu')) : 0;
  return Math.max(1, Math.min(usable, counted > 0 ? counted : Math.ceil(usable / 2)));
}

/** Pairs of socket and core in /proc/cpuinfo; 0 where it names none (ARM). */
export function coresOf(cpuInfoText: string | undefined): number {
  if (cpuInfoText === undefined) return 0;
  const blocks = cpuInfoText.split(/\n\s*\n/);
  const cores = blocks.map(
    (block) => `${/^physical id\s*:\s*(\d+)/m.exec(block)?.[1] ?? 0}/${/^core id\s*:\s*(\d+)/m.exec(block)?.[1] ?? ''}`,
  );
  const named = new Set(cores.filter((core) => !core.endsWith('/')));
  return named.size > 0 ? named.size : blocks.filter((block) => /^processor\s*:/m.test(block)).length;
}

async function cpuInfo(): Promise<string | undefined> {
  return readFile('/proc/cpuinfo', 'utf8').catch(() => undefined);
}

async function sysctl(name: string): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  return promisify(execFile)('/usr/sbin/sysctl', ['-n', name]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

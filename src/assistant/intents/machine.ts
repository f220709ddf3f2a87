import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { dirname } from 'node:path';
import { formatBytes, formatDuration, plural } from '../../base/units.ts';
import { version } from '../../base/version.ts';
import { type Intent, said } from '../intent.ts';

/** This machine, and luci on it. */

const memory = '(?:memory|ram)';
const disk = '(?:disk|drive|hard disk|hard drive|ssd)';
const systems = '(?:os|operating system)';
const processor = '(?:cpu|processor)';
const folder = '(?:folder|directory)';

const systemNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' };

export const machineIntents: readonly Intent[] = [
  {
    name: 'machine.memory',
    example: 'how much memory is free?',
    patterns: [
      `{ask}(?:free |available |total )?${memory}(?: usage| info| size)?{here}`,
      `(?:what is|what's) (?:my|(?:the|my) (?:free|available|total|installed)|the (?:amount|size) of(?: my)?(?: free| available)?) ${memory}(?: usage| size)?{here}`,
      `how much (?:free |available |total |system )?${memory} (?:do i have|have i got|does {machine} have|has {machine})(?: free| left| available| installed)?{here}`,
      `how much (?:free |available |total )?${memory} (?:is|are) (?:free|available|left|there|installed|in use|used|unused){here}`,
      `${memory} free|free ${memory}`,
    ],
    reply() {
      const [free, total] = [os.freemem(), os.totalmem()];
      return said(`Memory: ${formatBytes(free)} of ${formatBytes(total)} are free.`, { freeBytes: free, totalBytes: total });
    },
  },
  {
    name: 'machine.disk',
    example: 'how much disk space is left?',
    patterns: [
      `{ask}(?:free |available )?(?:disk|disk space|disk usage|free space){here}`,
      `(?:what is|what's) (?:my|the) (?:free|available) (?:disk )?space{here}`,
      `how much (?:free |available )?(?:disk |hard drive |storage )?(?:space|storage) (?:do i have|have i got|does {machine} have)(?: free| left| available)?(?: on (?:my|the|this) ${disk})?{here}`,
      `how much (?:free |available )?(?:disk |hard drive |storage )?(?:space|storage) (?:is|are) (?:there|free|left|available)(?: on (?:my|the|this) ${disk})?{here}`,
      `how (?:full|big|large) is (?:my|the|this) ${disk}`,
    ],
    async reply(_, { luci }) {
      const { home } = luci.directories;
      const found = await spaceAt(home);
      if (!found) return undefined;
      const { freeBytes, totalBytes, path } = found;
      return said(`Disk: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free at ${path}.`, { freeBytes, totalBytes, path });
    },
  },
  {
    name: 'machine.system',
    example: 'which operating system is this?',
    patterns: [
      `{ask}${systems}(?: version)?{here}`,
      `(?:what is|what's) my ${systems}(?: version)?`,
      `(?:what|which) ${systems} (?:is this|is it|am i (?:using|running|on)|do i (?:have|use|run)|is (?:running|installed)|does {machine} (?:have|use|run)|is {machine} (?:running|using)){here}`,
      `(?:what|which) (?:version of the )?${systems}(?: version)? (?:is this|am i (?:using|running)|do i have)`,
    ],
    reply() {
      const { platform, arch } = process;
      const name = systemNames[platform] ?? platform;
      return said(`${name}, version ${os.release()}, ${arch}.`, { platform, release: os.release(), arch });
    },
  },
  {
    name: 'machine.processor',
    example: 'which processor is this?',
    patterns: [
      `{ask}${processor}(?: info)?{here}`,
      `(?:what is|what's) my ${processor}(?: called)?`,
      `(?:what|which|what kind of) ${processor} (?:is this|is it|do i have|have i got|am i using|does {machine} have|is in {machine}|is installed|is there){here}`,
    ],
    async reply(_, { luci }) {
      const { physicalCores } = await luci.machine();
      const threads = os.availableParallelism();
      const model = os.cpus()[0]?.model.trim() || process.arch;
      return said(`${model}, ${plural(physicalCores, 'core')}, ${plural(threads, 'thread')}.`, { model, cores: physicalCores, threads });
    },
  },
  {
    name: 'machine.cores',
    example: 'how many cores does this computer have?',
    patterns: [
      '(?:{ask}|{isThe})number of (?:cpu |processor )?(?:cores|threads|processors|cpus){here}',
      'how many (?:cpu |processor |physical )?(?:cores|threads|processors|cpus) (?:do i have|have i got|are there|does {machine} have|has {machine}|does (?:my|the|this) (?:cpu|processor) have){here}',
    ],
    async reply(_, { luci }) {
      const { physicalCores } = await luci.machine();
      const threads = os.availableParallelism();
      return said(`${plural(physicalCores, 'core')}, ${plural(threads, 'thread')}.`, { cores: physicalCores, threads });
    },
  },
  {
    name: 'machine.folder',
    example: 'which folder am I in?',
    patterns: [
      'pwd|cwd',
      `{ask}(?:current|working|current working) ${folder}`,
      `(?:what is|what's) (?:the|my) (?:current|working|current working) ${folder}`,
      `(?:in )?(?:what|which) ${folder} (?:am i|are we|are you|is this|is it|is luci)(?: in| working in| running in)?(?: in)?`,
    ],
    reply: () => said(process.cwd(), { path: process.cwd() }),
  },
  {
    name: 'machine.name',
    example: 'what is the name of this computer?',
    patterns: [
      'host ?name',
      '(?:{isThe}|tell me the |tell me my )(?:host ?name|computer name){here}',
      '(?:{isThe}|tell me the )(?:host ?)?name of {machine}',
      'what is {machine} called',
    ],
    reply: () => said(os.hostname(), { hostname: os.hostname() }),
  },
  {
    name: 'machine.user',
    example: 'whoami',
    patterns: ['whoami', "(?:what is|what's|tell me) my (?:user ?name|login name|login|account name){here}"],
    reply() {
      const username = loginName();
      return username === undefined ? said('This user has no name.', { username: null }) : said(username, { username });
    },
  },
  {
    name: 'machine.uptime',
    example: 'how long has this computer been running?',
    patterns: ['(?:{ask}|{isThe})(?:system )?uptime{here}', 'how long (?:has {machine} been|is {machine}) (?:on|up|running)'],
    reply: () => said(`It has been running for ${formatDuration(os.uptime() * 1000)}.`, { uptimeSeconds: Math.floor(os.uptime()) }),
  },
  {
    name: 'luci.version',
    example: 'which version of luci is this?',
    patterns: [
      '(?:luci )?version|luci (?:--version|-V)',
      "(?:(?:what is|what's|tell me|show) )?(?:(?:your|luci's|the luci) version(?: number)?|the version of luci)",
      '(?:what|which) (?:version of luci|luci version) (?:is this|is it|do i have|am i (?:using|running)|is (?:running|installed)|are you)',
      '(?:what|which) version is (?:luci|this luci)',
    ],
    reply: () => said(`luci ${version}`, { version }),
  },
  {
    name: 'luci.node',
    example: 'which version of Node is this?',
    patterns: [
      '(?:{ask}|{isThe})node(?:\\.?js)? version',
      '(?:what|which) (?:version of node(?:\\.?js)?|node(?:\\.?js)? version) (?:is this|is it|do i have|am i using|does luci (?:use|run on)|is (?:running|used))',
    ],
    reply: () => said(`Node.js ${process.versions.node}`, { version: process.versions.node }),
  },
  {
    name: 'luci.home',
    example: "where are luci's files?",
    patterns: [
      "where (?:are|is|does) (?:luci's files|luci's (?:home|folder|data)|luci (?:keep|store|save) (?:its|the|my|all) (?:files|data|settings))(?: kept| stored)?",
      "(?:(?:what is|what's|tell me|show) )?luci's (?:home|home folder|folder)",
    ],
    reply: (_, { luci }) => said(luci.directories.home, { path: luci.directories.home }),
  },
];

/** The disk of a folder that is, or will be, there; undefined where its file system states no size. */
async function spaceAt(
  folder: string,
): Promise<{ readonly freeBytes: number; readonly totalBytes: number; readonly path: string } | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await statfs(path).catch(() => undefined);
    if (found && found.blocks > 0) return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize, path: folder };
    if (found || dirname(path) === path) return undefined;
  }
}

/** Undefined for a number without an account, as containers have. */
function loginName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    return undefined;
  }
}

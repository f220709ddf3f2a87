import { freeText } from '../../base/free-space.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes, plural } from '../../base/units.ts';
import { embeddedObstacle, llamafileObstacle } from '../../engine/choose-engine.ts';
import type { MachineFacts } from '../../engine/machine.ts';

/** What luci finds on this machine. Pure: facts in, findings with their fixes out. */

/** One line of `luci doctor`. */
export interface Finding {
  readonly topic: 'system' | 'node' | 'engine' | 'gpu' | 'memory' | 'store' | 'catalog' | 'disk' | 'tests' | 'network';
  readonly state: 'good' | 'note' | 'wrong';
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** What the findings rest on. */
export interface DoctorFacts {
  readonly machine: MachineFacts;
  readonly nodeVersion: string;
  /** Named as in `NVIDIA driver` or `Metal`, with the library that lets the embedded engine use it; undefined where none was found. */
  readonly gpu: { readonly name: string; readonly library: 'cuda' | 'vulkan' | undefined } | undefined;
  /** Of the embedded engine for graphics processors, as in `vulkan`: those that were added. */
  readonly gpuLibraries: readonly string[];
  /** Path of a llama-server, where there is one. */
  readonly llamaServer: string | undefined;
  /** Version or path of the llamafile in use, where there is one. */
  readonly llamafile: string | undefined;
  /** Version of Python for tests, where it was added. */
  readonly python: string | undefined;
  readonly home: string;
  /** Of the files that people write. */
  readonly configFolder: string;
  /** Undefined where the home cannot be written. */
  readonly isHomeWritable: boolean;
  readonly freeDiskBytes: number;
  readonly models: {
    readonly count: number;
    readonly bytes: number;
    readonly broken: readonly string[];
    readonly damaged?: readonly string[];
  };
  /** What is wrong with the user's own catalogue, a sentence each. */
  readonly catalogProblems: readonly string[];
  readonly network:
    | { readonly state: 'offline' }
    | { readonly state: 'reached'; readonly host: string; readonly proxy: boolean }
    | { readonly state: 'failed'; readonly host: string; readonly reason: string };
}

/** The findings, in the order they are shown. */
export function diagnose(facts: DoctorFacts): readonly Finding[] {
  return [system, node, memory, engines, gpu, store, catalog, disk, tests, network].flatMap((look) => look(facts));
}

const systemNames: Readonly<Record<string, string>> = { darwin: 'macOS (Darwin)', linux: 'Linux', win32: 'Windows' };

function system({ machine }: DoctorFacts): Finding {
  const { platform, arch, release, libc, hasAvx, physicalCores } = machine;
  const parts = [
    `${systemNames[platform] ?? platform} ${release} ${arch}`,
    ...(libc === undefined ? [] : [libc === 'musl' ? 'musl' : `glibc ${libc}`]),
    plural(physicalCores, 'core'),
    ...(hasAvx === undefined ? [] : [hasAvx ? 'AVX' : 'no AVX']),
  ];
  return { topic: 'system', state: 'good', text: parts.join(', ') };
}

function node({ nodeVersion }: DoctorFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { topic: 'node', state: 'good', text: nodeVersion };
  return { topic: 'node', state: 'wrong', text: `${nodeVersion} is too old`, fix: 'luci needs Node.js 20.19 or newer: https://nodejs.org' };
}

function memory({ machine }: DoctorFacts): Finding {
  const { totalMemoryBytes, freeMemoryBytes } = machine;
  const text = `${formatBytes(totalMemoryBytes)}, ${formatBytes(freeMemoryBytes)} free`;
  if (totalMemoryBytes >= 3e9) return { topic: 'memory', state: 'good', text };
  return { topic: 'memory', state: 'note', text: `${text}: small models only`, fix: 'luci search --fits' };
}

/** Every engine that runs files: whether it can here, and why not. */
function engines({ machine, llamaServer, llamafile }: DoctorFacts): readonly Finding[] {
  const topic = 'engine';
  const obstacle = embeddedObstacle(machine);
  const noLlamafile = llamafileObstacle(machine);
  const hasOther = llamaServer !== undefined || (llamafile !== undefined && !noLlamafile);
  const embedded: Finding = !obstacle
    ? { topic, state: 'good', text: 'embedded (llama.cpp in a process of its own)' }
    : hasOther
      ? { topic, state: 'note', text: obstacle.message }
      : { topic, state: 'wrong', text: obstacle.message, fix: obstacle.wayOut };
  const server: Finding = llamaServer
    ? { topic, state: 'good', text: `llama-server: ${llamaServer}` }
    : { topic, state: 'note', text: 'llama-server: none on the PATH' };
  const file: Finding = noLlamafile
    ? { topic, state: 'note', text: noLlamafile.message }
    : llamafile
      ? { topic, state: 'good', text: `llamafile: ${llamafile}` }
      : { topic, state: 'note', text: 'llamafile: not fetched (luci runtime add llamafile)' };
  return [embedded, server, file];
}

function gpu({ gpu: found, gpuLibraries, machine }: DoctorFacts): Finding {
  const topic = 'gpu';
  if (found === undefined) return { topic, state: 'note', text: 'none found; models run on the processor' };
  if (machine.platform === 'darwin') return { topic, state: 'good', text: found.name };
  if (gpuLibraries.length > 0) return { topic, state: 'good', text: `${found.name}, by ${gpuLibraries.join(' or ')}` };
  return {
    topic,
    state: 'note',
    text: `${found.name}; models run on the processor`,
    fix: found.library && `luci runtime add ${found.library}`,
  };
}

function store({ home, configFolder, isHomeWritable, models }: DoctorFacts): Finding {
  const text = `${home}${configFolder === home ? '' : ` (config.json in ${configFolder})`}, ${plural(models.count, 'model')}, ${formatBytes(models.bytes)}`;
  if (!isHomeWritable) return { topic: 'store', state: 'wrong', text: `${home} cannot be written`, fix: 'luci --home /a/folder/you/own …' };
  const [damaged] = models.damaged ?? [];
  if (damaged !== undefined)
    return { topic: 'store', state: 'wrong', text: `${text}; ${damaged} is damaged`, fix: `luci verify --repair ${shellWord(damaged)}` };
  const [broken] = models.broken;
  if (broken !== undefined)
    return { topic: 'store', state: 'wrong', text: `${text}; ${broken} is broken`, fix: `luci show ${shellWord(broken)}` };
  if (models.count === 0) return { topic: 'store', state: 'note', text, fix: 'luci install llama3.2' };
  return { topic: 'store', state: 'good', text };
}

function catalog({ catalogProblems }: DoctorFacts): readonly Finding[] {
  return catalogProblems.map((text) => ({ topic: 'catalog', state: 'wrong', text }));
}

function disk({ freeDiskBytes }: DoctorFacts): Finding {
  const text = `${freeText(freeDiskBytes)} free`;
  if (freeDiskBytes > 3e9) return { topic: 'disk', state: 'good', text };
  return { topic: 'disk', state: 'wrong', text: `${text}: too little for most models`, fix: 'luci clean\nluci --home /bigger/disk …' };
}

function tests({ python }: DoctorFacts): Finding {
  return python === undefined
    ? { topic: 'tests', state: 'note', text: 'code in JavaScript; Python is an optional part (luci runtime add python)' }
    : { topic: 'tests', state: 'good', text: `code in Python (Pyodide ${python}) and JavaScript` };
}

function network({ network: found }: DoctorFacts): Finding {
  if (found.state === 'offline') return { topic: 'network', state: 'note', text: 'offline by setting; installed models work' };
  if (found.state === 'reached')
    return { topic: 'network', state: 'good', text: `${found.host}${found.proxy ? ' through the proxy' : ''}` };
  return {
    topic: 'network',
    state: 'wrong',
    text: `${found.host}: ${found.reason}`,
    fix: 'behind a proxy? set HTTPS_PROXY; a mirror? set HF_ENDPOINT; another source: luci install --source pip smollm2-135m',
  };
}

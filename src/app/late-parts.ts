import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import type { RateLimiter } from '../download/rate-limit.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import type { Net } from '../net/net.ts';
import type { Store } from '../store/store.ts';
import type { Aliases } from './aliases.ts';
import type { Chats } from './chats.ts';
import type { Cleanup } from './cleanup.ts';
import type { EnginePrograms } from './engine-programs.ts';
import type { Installs } from './installs.ts';
import { loadedOnUse } from './loaded-on-use.ts';
import type { Luci } from './luci.ts';
import type { Models } from './models.ts';
import type { Receipts } from './receipts/receipts.ts';
import type { Remotes } from './remotes.ts';
import type { Runtimes } from './runtimes.ts';
import type { Speed } from './speed/speed.ts';
import type { Tests } from './testing/tests.ts';
import type { Undo } from './undo.ts';

/** The parts that only some commands need: their modules are loaded by the first call. */

/** What they are made of. */
export interface EarlyParts extends Pick<Luci, 'open' | 'agent' | 'builtInTools'> {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly engine: HostEngine;
  readonly machine: () => Promise<MachineFacts>;
  readonly programs: EnginePrograms;
  readonly models: Models;
  readonly aliases: Aliases;
  readonly remotes: Remotes;
}

/** The groups of {@link Luci} that are made late. */
export type LateParts = Pick<Luci, 'installs' | 'runtimes' | 'tests' | 'receipts' | 'speed' | 'chats' | 'cleanup' | 'undo' | 'doctor'>;

/** The late parts of a luci. */
export function lateParts(parts: EarlyParts): LateParts {
  const { directories, settings } = parts;
  let limiting: Promise<RateLimiter> | undefined;
  /** One for everything that is fetched, models and runtimes, at once or in turn. */
  const limiter = (): Promise<RateLimiter> =>
    (limiting ??= import('../download/rate-limit.ts').then(({ createRateLimiter }) =>
      createRateLimiter(settings.download.maxBytesPerSecond),
    ));
  const installs = loadedOnUse<Installs>(
    async () => (await import('./installs.ts')).createInstalls({ ...parts, limiter: await limiter() }),
    {
      targets: true,
      plan: true,
      prepare: true,
      requirePossible: true,
      needsConsent: true,
      carryOut: true,
      starterIfEmpty: true,
      install: true,
      importFile: true,
      inspectFile: true,
      verify: true,
      repair: true,
      partials: true,
    },
  );
  const runtimes = loadedOnUse<Runtimes>(
    async () => (await import('./runtimes.ts')).createRuntimes({ ...parts, limiter: await limiter() }),
    {
      list: true,
      releases: true,
      addLlamafile: true,
      addProgram: true,
      addGpu: true,
      addPython: true,
      pythonRelease: true,
      pythonFolder: true,
      remove: true,
    },
  );
  const tests = loadedOnUse<Tests>(async () => (await import('./testing/tests.ts')).createTests({ ...parts, installs, runtimes }), {
    run: true,
    newest: true,
    runs: true,
    oneRun: true,
    report: true,
    junit: true,
    compare: true,
    rescore: true,
    lint: true,
    merge: true,
    certify: true,
    checkCertificate: true,
    key: true,
    trust: true,
  });
  const receipts = loadedOnUse<Receipts>(async () => (await import('./receipts/receipts.ts')).createReceipts({ ...parts, installs }), {
    sign: true,
    replay: true,
  });
  const speed = loadedOnUse<Speed>(async () => (await import('./speed/speed.ts')).createSpeed(parts), { bench: true, recommend: true });
  const undo = loadedOnUse<Undo>(async () => (await import('./undo.ts')).createUndo(directories.undo), {
    list: true,
    damaged: true,
    undo: true,
    redo: true,
  });
  const { chats: chatsFolder, trash: trashFolder } = directories;
  const chats = loadedOnUse<Chats>(async () => (await import('./chats.ts')).createChats({ ...parts, undo, chatsFolder, trashFolder }), {
    begin: true,
    list: true,
    matching: true,
    read: true,
    export: true,
    remove: true,
  });
  const cleanup = loadedOnUse<Cleanup>(async () => (await import('./cleanup.ts')).createCleanup(directories), {
    waste: true,
    clean: true,
    freeDiskBytes: true,
  });
  return {
    installs,
    runtimes,
    tests,
    receipts,
    speed,
    chats,
    cleanup,
    undo,
    doctor: async (how) => (await import('./doctor/gather-facts.ts')).createDoctor(parts)(how),
  };
}

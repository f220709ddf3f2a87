import type { Agent, AgentOptions } from '../agent/agent.ts';
import type { Tool } from '../agent/tool.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import type { LoadEvent, OpenOptions, Session } from '../engine/engine.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import type { LedgerEntry, Net } from '../net/net.ts';
import type { Store } from '../store/store.ts';
import type { Aliases } from './aliases.ts';
import type { Chats } from './chats.ts';
import type { Cleanup } from './cleanup.ts';
import type { Doctor } from './doctor/gather-facts.ts';
import type { Installs } from './installs.ts';
import type { Models } from './models.ts';
import type { Receipts } from './receipts/receipts.ts';
import type { RecordedAnswer } from './receipts/recorded-session.ts';
import type { Remotes } from './remotes.ts';
import type { Runtimes } from './runtimes.ts';
import type { Speed } from './speed/speed.ts';
import type { Tests } from './testing/tests.ts';
import type { Undo } from './undo.ts';

/** What luci is to commands and programs: what it does, grouped by what it is done to. */

/** What {@link Luci.agent} is made with. */
export interface LuciAgentOptions extends Omit<AgentOptions, 'openModel'>, Pick<OpenOptions, 'force'> {
  /** A name, a path or `REMOTE/model` (default: the default model, else the best enabled one that fits). */
  readonly model?: string;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
  /** Told of each answer as the engine has it, for {@link Receipts.sign}. */
  readonly onAnswer?: (answer: RecordedAnswer) => void;
}

/** The members that docs/library.md names on luci itself. Each is the member of the same name of a group. */
export interface DirectMembers
  extends Pick<Models, 'catalog' | 'list' | 'describe' | 'resolve'>,
    Pick<Installs, 'targets' | 'plan' | 'install' | 'importFile' | 'verify' | 'repair'>,
    Pick<Cleanup, 'clean'> {
  /** {@link Tests.run} */
  readonly test: Tests['run'];
}

/** Everything luci can do. Dispose it to let go of the engine process. */
export interface Luci extends AsyncDisposable, DirectMembers {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly engine: HostEngine;
  readonly models: Models;
  readonly aliases: Aliases;
  readonly installs: Installs;
  readonly remotes: Remotes;
  readonly runtimes: Runtimes;
  readonly tests: Tests;
  readonly receipts: Receipts;
  readonly speed: Speed;
  readonly chats: Chats;
  readonly cleanup: Cleanup;
  readonly undo: Undo;
  readonly doctor: Doctor;
  /** Processor, memory and graphics of this machine; looked at once. */
  machine(): Promise<MachineFacts>;
  /** Every connection on record, the oldest first. */
  requests(): readonly LedgerEntry[];
  /** A session of a model; see {@link Models.choose} for which. Who asks for the same model shares what is open; see {@link Sessions}. */
  open(reference?: string, options?: OpenOptions): Promise<Session>;
  /** Asks a model; it is opened by the first question. Close it when done. */
  agent(options?: LuciAgentOptions): Agent;
  /**
   * The built-in tools on a folder. What they change is on record with what was there before, and {@link Luci.undo} takes it back; `question`
   * is what the record says of why.
   */
  builtInTools(folder: string, options?: { readonly question?: () => string | undefined }): Promise<readonly Tool[]>;
}

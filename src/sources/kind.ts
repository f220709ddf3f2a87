import type { ModelFile, Source } from '../base/model.ts';
import type { Net } from '../net/net.ts';
import type { ResolvedFile } from './http/resolved-file.ts';

/** What a kind of source is to everybody else: one row of facts and functions. The rows stand in `kinds.ts`. */

/** One kind of source; `S` are its fields. A row is read at every start: what fetches is imported when it is used. */
export interface SourceKind<S extends Source = Source> {
  readonly kind: S['kind'];
  /** What `--source` may call it; one name may stand for several kinds. */
  readonly choices: readonly Source['kind'][];
  /** A valibot schema for each of its fields, the same in state files and in catalogues. No package may be named in the library's types. */
  readonly fields: Readonly<Record<string, object>>;
  /** Whether the screen says that it is tried: what is slow to begin, or no host of the user's, is named. */
  readonly isAnnounced: boolean;
  /** Which bytes it stands for, in words without secrets. */
  describe(source: S): string;
  /** Where it is asked for, in order: a file of the hub also at the hub's mirrors. */
  places(source: S, hubs: Hubs): readonly Place[];
  /** Whether it is reached offline: it lies on this machine. */
  isNear(source: S, hubs: Hubs): boolean;
  /** What its holder says of the size, in bytes; missing where nobody can be asked without fetching. */
  size?(source: S, place: Place, asking: Asking): Promise<number | undefined>;
  /**
   * Fetches what is missing of the file.
   * @returns the commit the bytes are of, where there is one
   * @throws NETWORK_FAILED, OFFLINE, SOURCE_DENIED, SOURCE_NOT_FOUND, SOURCE_BROKEN, PIN_MISMATCH: then the next source is tried
   */
  fetch(source: S, place: Place, carrier: Carrier): Promise<string | undefined>;
  /** As it may be kept in files: without secrets, and at the commit that was fetched. Default: as it is. */
  kept?(source: S, revision: string | undefined): S;
}

/** The hub and its mirrors. */
export interface Hubs {
  readonly hub: { readonly endpoint: string; readonly token?: string };
  readonly mirrors?: readonly string[];
}

/** One place where a source is asked for. */
export interface Place {
  /** The host, or the Python package, in words. */
  readonly words: string;
  /** The address to ask; empty where there is none. */
  readonly endpoint: string;
  readonly token?: string;
}

/** What asking for a size takes. */
export interface Asking {
  readonly net: Net;
  readonly signal?: AbortSignal;
}

/** What the layer above lends to a fetch: the ways to move bytes, and the file they go to. */
export interface Carrier extends Asking {
  readonly file: ModelFile;
  /** How long a connection may be silent. */
  readonly idleTimeoutMs: number;
  /** How long a program that fetches may do nothing at all. */
  readonly programSilenceMs: number;
  /** The whole environment of programs that fetch. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** A folder for what is needed on the way. It belongs to this file alone; who fills it empties it. */
  readonly workFolder: string;
  /** All missing bytes by HTTP, over as many connections as the host allows. */
  overHttp(resolve: () => Promise<ResolvedFile>): Promise<ResolvedFile>;
  readonly data: FileData;
}

/** The file on its way to the disk. */
export interface FileData {
  readonly path: string;
  /** Bytes that are on the disk and taken to be right. */
  readonly haveBytes: number;
  /** Bytes that lie on the disk were found right. */
  trust(from: number, to: number): void;
  /** Bytes that lie on the disk were found wrong. */
  distrust(from: number, to: number): Promise<void>;
  /** Writes what comes from `position` on; done when all of it is with the system. */
  write(chunks: AsyncIterable<Uint8Array>, position: number): Promise<void>;
  /** Syncs the data and notes what is there: a crash after this loses none of it. */
  save(): Promise<void>;
  /** Throws DISK_FULL unless so many bytes are free beside the reserve. */
  requireRoom(bytes: number): Promise<void>;
  /** Tells how many bytes have come beside those on the disk. */
  report(bytes: number): void;
  /** Runs the work with the journal kept; the signal fires when the disk fills up. */
  journaled<T>(totalBytes: number | undefined, work: (full: AbortSignal) => Promise<T>): Promise<T>;
}

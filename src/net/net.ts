import type { Readable } from 'node:stream';
import type { Finished } from '../base/child-process.ts';
import type { RangeRequest } from './response-reader.ts';

/** The one door outward: every connection to another machine, and every program that makes some, starts here. */

/** Why luci reaches out; what the ledger says. */
export type NetPurpose = 'model-list' | 'resolve' | 'download' | 'runtime' | 'remote-engine' | 'mcp' | 'check';

/** Proxies to go through; each an http:// address that may hold a name and a password. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts reached directly, as in `NO_PROXY`. */
  readonly none: readonly string[];
  /** The variables the addresses are from, for messages. */
  readonly variables?: { readonly http?: string; readonly https?: string };
}

/** One HTTP exchange. Redirects come back as answers, never followed. */
export interface NetRequest {
  readonly url: string;
  readonly purpose: NetPurpose;
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Those without a value are not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Until the connection stands, name look-up and TLS included (default 10,000). */
  readonly connectTimeoutMs?: number;
  /** Longest silence, before the head of the answer and in its body (default 15,000); a head that comes in pieces has twice as long. */
  readonly idleTimeoutMs?: number;
}

/** The head of an answer, its body still to be read. A body not wanted must be destroyed. */
export interface NetResponse {
  readonly status: number;
  /** Names in lower case; repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Each `Set-Cookie` by itself: joined they cannot be told apart, for their dates hold commas. Not told by a range connection. */
  readonly setCookies?: readonly string[];
  readonly body: Readable;
}

/** A program that reaches out by itself (pip). */
export interface NetProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly purpose: NetPurpose;
  /** What the ledger names in place of a host, as in `pip index`. */
  readonly destination: string;
  readonly folder?: string;
  readonly signal?: AbortSignal;
  /** Asked when it has ended: what it received, for the ledger. */
  readonly bytesReceived?: () => Promise<number>;
}

/** A connection that is kept for one range after the other, see {@link Net.openRangeConnection}. */
export interface RangeConnection {
  /**
   * Fetches a range. The answer of a 206 has an empty body: its bytes went to `onPiece`. Any other answer comes back with its body.
   * Failures are those of {@link Net.request}.
   */
  fetch(request: NetRequest, body: Pick<RangeRequest, 'onHead' | 'onPiece'>): Promise<NetResponse>;
  /** Ends the connection; what is under way on it fails. */
  close(): void;
}

/**
 * The door. Loopback addresses are reached even when offline; everything else is then OFFLINE (exit 4).
 * Failures to connect are NETWORK_FAILED with a message that names the host and the reason in words
 * ("name not found", "connection refused", "no answer within 10 s").
 */
export interface Net {
  readonly offline: boolean;
  /** Sends one request by the policy (offline, proxy, ledger) and answers with its head; the body is read by the caller. */
  request(request: NetRequest): Promise<NetResponse>;
  /** A connection of raw sockets for ranges of this address; undefined where only node:http will do (a proxy is set). */
  openRangeConnection(url: string): Promise<RangeConnection | undefined>;
  /**
   * Connects to `host:port` and hangs up: whether somebody listens there. For programs that make the connection themselves, so that
   * theirs is refused when offline, and recorded.
   */
  reach(
    place: string,
    options: { readonly purpose: NetPurpose; readonly signal?: AbortSignal; readonly connectTimeoutMs?: number },
  ): Promise<void>;
  /** Runs a child fetcher to its end; refused when offline, and recorded. */
  run(program: NetProgram): Promise<Finished>;
}

/** One line of the ledger: no paths beyond the host, no query, no token. */
export interface LedgerEntry {
  readonly time: string;
  readonly host: string;
  readonly purpose: NetPurpose;
  readonly bytesReceived: number;
  /** An HTTP status, `exit 0`, or the word for a failure. */
  readonly outcome: string;
}

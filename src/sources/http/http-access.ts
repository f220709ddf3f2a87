/** How to ask a host for a file. */
export interface HttpAccess {
  /** Address of the hub or a mirror, which may have a path; of a plain address that address. */
  readonly endpoint: string;
  /** A secret: sent to the origin of `endpoint` only. */
  readonly token?: string;
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

import type { Sha256 } from '../../base/model.ts';

/** A file behind its redirects: where its bytes are now, and what the hub says of them. */
export interface ResolvedFile {
  /** The address that serves bytes. May be signed: a secret, never stored or shown. */
  readonly url: string;
  /** To send with requests to {@link url}; the token only where that is the hub's own origin. */
  readonly headers: Readonly<Record<string, string>>;
  /** 40 hexadecimal digits. */
  readonly commit?: string;
  readonly sizeBytes?: number;
  readonly sha256?: Sha256;
  readonly etag?: string;
  readonly acceptsRanges: boolean;
}

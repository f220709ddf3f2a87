import { isLuciError, LuciError } from '../base/errors.ts';
import type { ModelFile } from '../base/model.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';

/** Where the bytes are, asked for once for all connections. Signed addresses expire; then it is asked again, again once. */
export interface Address {
  /** The address in use; resolved when there is none, or when it is about to expire. */
  current(): Promise<ResolvedFile>;
  /** Gives up an address that was refused; nothing happens when another connection did so already. */
  renew(used: ResolvedFile): void;
  readonly isKnown: boolean;
}

const renewBeforeMs = 60_000;

/** An address of a file; every answer is held to the file's pin. */
export function createAddress(file: ModelFile, resolve: () => Promise<ResolvedFile>): Address {
  let asking: Promise<ResolvedFile> | undefined;
  let known: ResolvedFile | undefined;
  let knownSinceMs = 0;
  return {
    get isKnown() {
      return known !== undefined;
    },
    async current() {
      if (known && !isEnding(known, knownSinceMs)) return known;
      asking ??= resolve()
        .then((resolved) => {
          requirePin(file, resolved);
          known = resolved;
          knownSinceMs = Date.now();
          return resolved;
        })
        .finally(() => {
          asking = undefined;
        });
      // One that only nears its end does until it is refused.
      const ending = known;
      return ending ? asking.catch((error) => (isLuciError(error, 'NETWORK_FAILED') ? ending : Promise.reject(error))) : asking;
    },
    renew(used) {
      if (used === known) known = undefined;
    },
  };
}

/** Whether a signed address has less than a minute left, and had more when it came. */
function isEnding({ url }: ResolvedFile, sinceMs: number): boolean {
  const endMs = endOfSignature(new URL(url).searchParams);
  if (endMs === undefined) return false;
  return endMs - Date.now() < renewBeforeMs && endMs - sinceMs > 2 * renewBeforeMs;
}

/** `Expires` in seconds since 1970, or `X-Amz-Date` and the seconds after it; undefined where neither is there. */
function endOfSignature(query: URLSearchParams): number | undefined {
  const expires = query.get('Expires') ?? '';
  if (/^\d{9,11}$/.test(expires)) return Number(expires) * 1000;
  const date = (query.get('X-Amz-Date') ?? '').replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5');
  const endMs = Date.parse(date) + Number(query.get('X-Amz-Expires') ?? Number.NaN) * 1000;
  return Number.isNaN(endMs) ? undefined : endMs;
}

/** What the hub says of the file must be what is pinned, before the first byte. */
function requirePin(file: ModelFile, resolved: ResolvedFile): void {
  const wrong = (what: string, expected: unknown, actual: unknown): LuciError =>
    new LuciError(
      'PIN_MISMATCH',
      `The hub now has other bytes for ${file.name}: ${what} ${String(actual)}, pinned is ${String(expected)}. Nothing was fetched.`,
      { details: { expected, actual } },
    );
  if (file.sha256 !== undefined && resolved.sha256 !== undefined && file.sha256 !== resolved.sha256)
    throw wrong('sha256', file.sha256, resolved.sha256);
  if (file.sizeBytes !== undefined && resolved.sizeBytes !== undefined && file.sizeBytes !== resolved.sizeBytes)
    throw wrong('size', file.sizeBytes, resolved.sizeBytes);
}

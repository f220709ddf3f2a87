import { timingSafeEqual } from 'node:crypto';
import { LuciError } from '../base/errors.ts';
import { isLoopbackName } from './host-names.ts';
import type { Route } from './route.ts';

/** Who may ask. A page of a stranger in the user's browser must not, whatever name it reaches this machine by. */

/** What is allowed. */
export interface GuardOptions {
  /** Names the server may be called by beside loopback's. */
  readonly hosts: readonly string[];
  /** Tells whether a key is the right one; undefined where there is none. */
  readonly isKey: ((key: string) => boolean) | undefined;
  /** Whether every request needs the key; else only those that change what is kept. */
  readonly everywhere: boolean;
  /** Told to the page alone, which may do what the key may as long as only this machine reaches the server. */
  readonly pageToken: string;
}

/** @throws FORBIDDEN, UNAUTHORIZED */
export function guard(request: Request, access: Route['access'], options: GuardOptions): void {
  const host = requireHost(request, options.hosts);
  requireOwnOrigin(request, host);
  if (access === 'page' || (!options.everywhere && access !== 'change')) return;
  const given = keyOf(request);
  if (given !== undefined && (options.isKey?.(given) || (!options.everywhere && isSame(given, options.pageToken)))) return;
  throw new LuciError(
    'UNAUTHORIZED',
    given === undefined ? 'This needs the key of the server.' : 'The key is not the one of this server.',
    {
      hint: 'A key is made by: luci serve key\nIt is sent as: Authorization: Bearer KEY',
    },
  );
}

/** Against names that were made to point here. */
function requireHost(request: Request, hosts: readonly string[]): string {
  const host = request.headers.get('host') ?? '';
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  if (isLoopbackName(name) || (name !== '' && hosts.includes(name))) return host;
  throw new LuciError('FORBIDDEN', 'The server is not known by this name.', { hint: 'luci serve --allow-host NAME' });
}

/** Browsers say which page asks; programs do not. */
function requireOwnOrigin({ headers }: Request, host: string): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const isOwn = origin === null ? site !== 'cross-site' : origin === `http://${host}`;
  if (!isOwn) throw new LuciError('FORBIDDEN', 'Pages of other places may not ask this server.');
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The key that a request brings, whether it opens anything or not. */
export function keyOf({ headers }: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return bearer ?? headers.get('x-api-key') ?? undefined;
}

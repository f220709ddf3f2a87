import { isIP } from 'node:net';

/**
 * Cookies of one chain of redirects: some servers give one with a redirect and redirect again for ever where it does not come back.
 * They live as long as the chain and the address it ends at; nothing is kept on the disk, and no other file gets them.
 */
export interface RedirectCookies {
  /** Takes note of what the answer of an address sets. */
  note(url: string, setCookies: readonly string[] | undefined): void;
  /** The `Cookie` header for an address; undefined where none belongs to it. */
  headerFor(url: string): string | undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Host, or with `isDomain` also the hosts below it. */
  readonly host: string;
  readonly isDomain: boolean;
  readonly path: string;
  readonly isSecure: boolean;
}

const maxCookies = 50;
const maxCookieLength = 4096;

/** A jar with nothing in it. */
export function createRedirectCookies(): RedirectCookies {
  let cookies: Cookie[] = [];
  return {
    note(url, setCookies = []) {
      for (const line of setCookies) {
        const { cookie, isOver } = readCookie(line, new URL(url)) ?? {};
        if (!cookie) continue;
        cookies = cookies.filter(({ name, host, path }) => name !== cookie.name || host !== cookie.host || path !== cookie.path);
        if (!isOver && cookies.length < maxCookies) cookies.push(cookie);
      }
    },
    headerFor(url) {
      const target = new URL(url);
      const own = cookies.filter((cookie) => belongsTo(cookie, target));
      return own.length === 0 ? undefined : own.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
  };
}

function belongsTo({ host, isDomain, path, isSecure }: Cookie, { hostname, pathname, protocol }: URL): boolean {
  const isHost = hostname === host || (isDomain && hostname.endsWith(`.${host}`));
  const isPath = pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
  return isHost && isPath && (!isSecure || protocol === 'https:');
}

/** One `Set-Cookie`, as RFC 6265 reads it; undefined where it sets nothing. `isOver` tells that it takes the cookie away. */
function readCookie(line: string, from: URL): { readonly cookie: Cookie; readonly isOver: boolean } | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  if (equals < 0 || name === '' || pair.length > maxCookieLength) return undefined;
  const attributes = attributesOf(rest);
  const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
  if (domain !== '' && !isDomainOf(domain, from.hostname)) return undefined;
  const path = attributes.get('path') ?? '';
  const cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    host: domain || from.hostname,
    isDomain: domain !== '',
    path: path.startsWith('/') ? path : from.pathname.replace(/\/[^/]*$/, '') || '/',
    isSecure: attributes.has('secure'),
  };
  return { cookie, isOver: isOver(attributes) };
}

function attributesOf(parts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    parts.map((part) => {
      const [key = '', ...value] = part.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
}

/** Whether a host may set cookies for a domain: its own, or one above it that has a dot (never a whole `com`). */
function isDomainOf(domain: string, hostname: string): boolean {
  return domain === hostname || (domain.includes('.') && isIP(hostname) === 0 && hostname.endsWith(`.${domain}`));
}

function isOver(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= Date.now();
}

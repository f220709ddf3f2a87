import { LuciError } from '../base/errors.ts';
import type { ProxySettings } from './net.ts';

/** Addresses: which are this machine, which go through a proxy, and how they are written in messages. */

/** Whether a host is this machine itself. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** An address as it may be shown: no user, no query, no fragment. Signed addresses carry their secret in the query. */
export function redactUrl(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

/** The header for the name and the password in an address. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** What was written as `%40`, as it is meant; a `%` that is no beginning of that stands for itself, as in the password `100%`. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped; // Bytes that are no UTF-8.
    }
  });
}

/**
 * The proxy for a target, or undefined for a direct connection.
 * @throws CONFIG_INVALID for a proxy that is no address: going past it would be the wrong way round
 */
export function proxyFor(target: URL, proxy: ProxySettings): URL | undefined {
  if (isLoopback(target.hostname) || proxy.none.some((pattern) => matches(target, pattern))) return undefined;
  const scheme = target.protocol === 'https:' ? 'https' : 'http';
  const address = proxy[scheme]?.trim();
  if (address === undefined) return undefined;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(address);
  const withScheme = hasScheme ? address : `http://${address}`;
  // `http//host` is no host called http.
  const via = URL.canParse(withScheme) && (hasScheme || !address.includes('//')) ? new URL(withScheme) : undefined;
  // Something behind the host: a password with a mark in it that ends hosts, so this host may be no host, but the rest of the password.
  if (via && via.hostname !== '' && /^\/?$/.test(via.pathname + via.search + via.hash)) return via;
  const variable = proxy.variables?.[scheme] ?? `${scheme.toUpperCase()}_PROXY`;
  // It may hold a password: it is not told.
  throw new LuciError('CONFIG_INVALID', `${variable} is no address of a proxy, and ${target.host} is not reached past it.`, {
    hint: `${variable}=http://host:3128 luci …\nIn a password / ? # and @ are written %2F %3F %23 and %40.\nNO_PROXY=${target.hostname} luci … goes there directly.`,
  });
}

/** `NO_PROXY` patterns: `*`, a host, `.suffix` or `*.suffix`, each with or without a port. */
function matches(target: URL, pattern: string): boolean {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  const targetPort = target.port || (target.protocol === 'https:' ? '443' : '80');
  if (port !== undefined && port !== targetPort) return false;
  const suffix = host.replace(/^\*?\.?/, '');
  return host === '*' || target.hostname === suffix || target.hostname.endsWith(`.${suffix}`);
}

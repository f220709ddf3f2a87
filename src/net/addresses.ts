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
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}

/** The proxy for a target, or undefined for a direct connection. */
export function proxyFor(target: URL, proxy: ProxySettings): URL | undefined {
  if (isLoopback(target.hostname) || proxy.none.some((pattern) => matches(target, pattern))) return undefined;
  const address = target.protocol === 'https:' ? proxy.https : proxy.http;
  if (address === undefined) return undefined;
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  return URL.canParse(withScheme) ? new URL(withScheme) : undefined;
}

/** `NO_PROXY` patterns: `*`, a host, `.suffix` or `*.suffix`, each with or without a port. */
function matches(target: URL, pattern: string): boolean {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  const targetPort = target.port || (target.protocol === 'https:' ? '443' : '80');
  if (port !== undefined && port !== targetPort) return false;
  const suffix = host.replace(/^\*?\.?/, '');
  return host === '*' || target.hostname === suffix || target.hostname.endsWith(`.${suffix}`);
}

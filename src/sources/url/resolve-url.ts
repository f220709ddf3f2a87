import { redactUrl } from '../../net/addresses.ts';
import type { Net } from '../../net/net.ts';
import { follow } from '../http/follow.ts';
import type { HttpAccess } from '../http/http-access.ts';
import type { ResolvedFile } from '../http/resolved-file.ts';
import type { UrlSource } from './kind.ts';

/** Where the bytes of any address are; no token is ever sent. */
export function resolveUrl(net: Net, { url }: UrlSource, access: Omit<HttpAccess, 'endpoint' | 'token'> = {}): Promise<ResolvedFile> {
  return follow(net, url, { object: redactUrl(url) }, { ...access, endpoint: url });
}

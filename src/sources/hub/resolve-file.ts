import type { HubSource } from '../../base/model.ts';
import type { Net } from '../../net/net.ts';
import { follow } from '../http/follow.ts';
import type { HttpAccess } from '../http/http-access.ts';
import type { ResolvedFile } from '../http/resolved-file.ts';

/** Where the bytes of a file of a hub repository are. */
export function resolveHubFile(net: Net, { repo, revision = 'main', path }: HubSource, access: HttpAccess): Promise<ResolvedFile> {
  const url = `${access.endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
  return follow(net, url, { object: `${repo}/${path}`, repo }, access);
}

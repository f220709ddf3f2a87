import { join } from 'node:path';
import { readSmallFile } from '../base/read-small-file.ts';
import { userFolder } from './user-folder.ts';

/** The secret the hub's own client keeps in a file; undefined where there is none. */
export function readHubToken(environment: Readonly<Record<string, string>>): string | undefined {
  const { HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = environment;
  const user = userFolder();
  const cache = XDG_CACHE_HOME ?? (user && join(user, '.cache'));
  const folder = HF_HOME ?? (cache && join(cache, 'huggingface'));
  const path = HF_TOKEN_PATH ?? (folder && join(folder, 'token'));
  try {
    return (path && readSmallFile(path)?.trim()) || undefined;
  } catch {
    return undefined; // One we may not read: the same as no token.
  }
}

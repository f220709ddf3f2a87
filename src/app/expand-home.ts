import { resolve } from 'node:path';

/** The absolute path of what a person wrote; `~` is their folder, where they have one. */
export function expandHome(path: string, userFolder: string | undefined): string {
  return resolve(path.replace(/^~(?=[\\/])/, (tilde) => userFolder ?? tilde));
}

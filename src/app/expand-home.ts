import { resolve } from 'node:path';

/** The absolute path of what a person wrote; `~` is their folder. */
export function expandHome(path: string, userFolder: string): string {
  return resolve(path.replace(/^~(?=[\\/])/, () => userFolder));
}

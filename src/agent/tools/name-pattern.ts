import { posix } from 'node:path';

/** Names as people write them when they mean several. */

/**
 * Whether the last name of a path fits: `*` stands for any letters and `?` for one, where there is a `*`; else the name must hold the words.
 * A pattern with a slash is held against the whole path. Case means nothing. Takes time in proportion to both lengths, whatever the pattern.
 */
export function matchesName(path: string, pattern: string): boolean {
  const wanted = pattern.trim().toLowerCase().replace(/^\.\//, '');
  const name = (wanted.includes('/') ? path : posix.basename(path)).toLowerCase();
  return wanted.includes('*') ? fits(name, wanted) : name.includes(wanted);
}

/** By going back to the last `*` only: what was before it fits already. */
function fits(name: string, pattern: string): boolean {
  let [at, wanted] = [0, 0];
  let star: { readonly wanted: number; at: number } | undefined;
  while (at < name.length) {
    const sign = pattern[wanted];
    if (sign === '*') {
      star = { wanted, at };
      wanted += 1;
    } else if (sign === '?' || sign === name[at]) {
      at += 1;
      wanted += 1;
    } else if (star) {
      star.at += 1;
      at = star.at;
      wanted = star.wanted + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(wanted));
}

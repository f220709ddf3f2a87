/** Texts as they are compared: whoever wrote them, in whatever letters. Pure. */

/** One form of a text: case, forms of a letter, kinds of quotes and slashes, invisible marks and lengths of blanks mean nothing. */
export function plainText(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .replace(/[‘’‚‛′´`]/g, "'")
    .replace(/[“”„‟″«»]/g, '"')
    .replace(/[\\∕⁄]/g, '/')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letters of scripts that put a blank between words: next to one of them a name is a part of a longer one. */
const spaced = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{N}_-]/u;

/** Whether a name stands in a text as a word of its own, and not within another one as `notes.txt` in `old-notes.txt`. Both plain. */
export function namesIt(text: string, name: string): boolean {
  if (name === '') return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 2), at);
    const after = text.slice(at + name.length, at + name.length + 2);
    if (!isJoined([...before].reverse().join(''), name[0] ?? '') && !isJoined(after, name.at(-1) ?? '')) return true;
  }
  return false;
}

/** Whether what stands beside a name, the nearest first, goes on with it. A dot does where a letter follows, and at the end of a sentence not. */
function isJoined(beside: string, edge: string): boolean {
  const [near = '', far = ''] = beside;
  if (near === '.') return spaced.test(far);
  return spaced.test(near) && (spaced.test(edge) || near === '-' || near === '_');
}

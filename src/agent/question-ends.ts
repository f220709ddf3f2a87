/** Characters at each end of a question where words are looked for: between them may be a file that was pasted. */
const lookedAt = 600;

/** A question without the middle of a long one. */
export function questionEnds(text: string): string {
  return text.length <= 2 * lookedAt ? text : `${text.slice(0, lookedAt)}\n${text.slice(-lookedAt)}`;
}

/** Text as one word of a command that people copy: names with spaces or signs of the shell get quotes. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}@%+=:,./_~-]+$/u.test(text) ? text : `"${text.replace(/["$`\\]/g, '\\$&')}"`;
}

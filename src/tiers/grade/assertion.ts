/** Whether a text says something of its own, or leaves it open, denies it, or refuses. */

const refusal =
  /\b(?:can(?:no|')t|cannot|can’t|could not|couldn't|do not|don't|don’t|won't|unable to|not able to)\s+(?:\w+\s+)?(?:say|tell|know|share|give|answer|reveal|help|decide|determine|write|provide)\b/i;
const doubt = /\b(?:not sure|unsure|uncertain|unknown|maybe|perhaps|possibly|might be|could be|either|whether|just guessing|a guess)\b/i;

/** Whether somebody says that it cannot be done, instead of doing it. */
export function refuses(text: string): boolean {
  return /\b(?:I|we) (?:am |are |must say I )?(?:can(?:no|['’])t|cannot|won['’]t|will not|unable to|not able to) (?:write|help|do|provide|produce|create|assist|comply)/i.test(
    text,
  );
}

/** @returns Why the text is no statement, if it is none. */
export function openOrRefused(text: string): string | undefined {
  if (refusal.test(text)) return 'it refuses';
  return doubt.test(text) ? 'it is left open' : undefined;
}

const bound = (value: string): string => `(?<![\\p{L}\\p{N}])${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`;

/** Whether the value is denied, asked, offered beside another, or one end of a range. */
export function isNotStated(text: string, value: string): boolean {
  const at = bound(value);
  const patterns = [
    // "not 26", "isn't exactly 26", "never the 26"
    `(?:\\b(?:not|never|neither|nor|no longer)|n['’]t)\\s+(?:[\\p{L}]+\\s+){0,2}["'“*\`]*${at}`,
    // "26 is wrong", "Chile and Norway are no countries"
    `${at}[\\p{L}\\p{N}\\s,&'"*-]{0,40}\\b(?:is|are|was|were)\\s+(?:not|no|wrong|incorrect|false)\\b`,
    `${at}[^.!?\\n]{0,40}\\?`,
    // "26 or 30", "26 / 30", "between 26 and 34", "26 to 31"
    `${at}[*"'\`]*,?\\s*(?:\\bor\\b|/)\\s*[\\p{L}\\p{N}*"'\`]`,
    `[\\p{L}\\p{N}*"'\`]\\s*,?\\s*(?:\\bor\\b|/)\\s*["'*\`]*${at}`,
    `\\bbetween\\s+\\S*${at}`,
    `\\bbetween\\s+\\S+\\s+and\\s+\\S*${at}`,
    `${at}\\s*(?:\\bto\\b|\\buntil\\b|\\bthrough\\b|–|—|\\.\\.\\.?)\\s*\\d`,
    `\\d\\s*(?:\\bto\\b|\\buntil\\b|\\bthrough\\b|–|—|\\.\\.\\.?)\\s*${at}`,
    `\\b(?:more|less|fewer|greater|larger|smaller|other) than\\s+${at}`,
  ];
  return patterns.some((pattern) => new RegExp(pattern, 'iu').test(text));
}

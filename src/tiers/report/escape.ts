/** Text of models, names and errors made safe for HTML and XML. Every text in a report goes through here. */

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text for an element or a quoted attribute. What would be invisible, or would turn the text around it, is shown in its place: controls
 * as their pictures (`␛`), signs of direction as `[U+202E]`, halves of characters and what XML does not allow as `�`.
 */
export function escaped(text: string): string {
  return text.replace(/[&<>"']|[^\t\n -~]/gu, (char) => entities[char] ?? visible(char));
}

/** The same for an attribute whose line ends must stay: a parser makes spaces of them otherwise. */
export function escapedAttribute(text: string): string {
  return escaped(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** No longer than so many characters; what is left out is counted. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength)}… (${text.length} characters in all)`;
}

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === '\r') return ''; // Line ends of Windows are not worth a sign.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (code < 0xa0 || (code >= 0xd800 && code <= 0xdfff) || (code & 0xfffe) === 0xfffe) return '�';
  if (/\p{Bidi_Control}|[\u2028\u2029\u{e0000}-\u{e007f}]/u.test(char)) return `[U+${code.toString(16).toUpperCase()}]`;
  return char;
}

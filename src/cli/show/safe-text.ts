/** What a terminal obeys, hides or turns round, taken out of the text of others. Knows characters, not streams. */

/** Takes it out of a text that comes in pieces; a sequence may be cut anywhere. */
export type TextFilter = (piece: string) => string;

/** Text in which there is nothing to take out. */
const harmless = /^[ -~\n\t]*$/;

/** Line ends of every kind; a carriage return alone would write over its line. */
const lineEnd = /[\n\v\f\r\u0085\u2028\u2029]/;

/** C0, DEL and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** Marks of direction, and characters without width: they turn text round, or hide it. */
const unseen =
  /\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/u;

/** Joiners are needed inside emoji and in scripts such as Persian and Hindi; after Latin letters they only hide. */
const joiner = /[\u200c\u200d]/;
const joinable = /[\u0300-\u{10ffff}]/u;

/** Where in a control sequence a text stands: its parameters (CSI), its string (OSC, DCS and the like), or its one last character. */
type Place = 'text' | 'escape' | 'parameters' | 'string' | 'return';

/** A filter of one text: `isLine` where no line end may stay either. A lone character that is taken out leaves `mark`, a sequence nothing. */
export function textFilter({ isLine = false, mark = '' } = {}): TextFilter {
  let place: Place = 'text';
  let before = '';
  const plain = (char: string): string => {
    place = placeOf(char);
    if (char === '\t') return isLine ? ' ' : char;
    if (lineEnd.test(char)) return isLine ? mark : '\n';
    if (place !== 'text') return ''; // A sequence begins, and leaves nothing.
    if (isHarmful(char, before)) return mark;
    before = char;
    return char;
  };
  const take = (char: string): string => {
    const was = place;
    place = 'text';
    if (was === 'text') return plain(char);
    // The two characters of a Windows line end are one.
    if (was === 'return') return char === '\n' ? '' : plain(char);
    const next = placeAfter(was, char);
    if (next === undefined) return plain(char); // No sequence goes on like this: nothing more is swallowed.
    place = next;
    return '';
  };
  return (piece) => {
    if (place === 'text' && harmless.test(piece) && !(isLine && /[\n\t]/.test(piece))) {
      before = piece.at(-1) ?? before;
      return piece;
    }
    return [...piece].map(take).join('');
  };
}

function isHarmful(char: string, before = ''): boolean {
  return control.test(char) || unseen.test(char) || (joiner.test(char) && !joinable.test(before));
}

/** What a character of text begins. */
function placeOf(char: string): Place {
  if (char === '\r') return 'return';
  if (char === '\x1b') return 'escape';
  if (char === '\u009b') return 'parameters';
  return /[\u0090\u0098\u009d-\u009f]/.test(char) ? 'string' : 'text';
}

/** Where a sequence stands after its next character; undefined where the character is none of it. */
function placeAfter(place: Exclude<Place, 'text' | 'return'>, char: string): Place | undefined {
  if (place === 'string') {
    if (char === '\u0007' || char === '\u009c') return 'text';
    // A string nobody ends must not swallow the rest of an answer: any other control character ends it, ESC of its ST among them.
    return control.test(char) ? undefined : 'string';
  }
  if (place === 'parameters') return /[ -?]/.test(char) ? 'parameters' : finished(/[@-~]/, char);
  if (char === '[') return 'parameters';
  if (/[\]PX^_]/.test(char)) return 'string';
  return /[ -/]/.test(char) ? 'escape' : finished(/[0-~]/, char);
}

function finished(last: RegExp, char: string): Place | undefined {
  return last.test(char) ? 'text' : undefined;
}

/** The codes of luci's own styles, and no other: none of them hides or moves anything. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins every code.
const ownStyle = /(\x1b\[(?:1|2|3|22|23|31|32|33|39)m)/;

/** Whatever a command writes to a terminal, with luci's styles and line ends and nothing else a terminal obeys. */
export function forTerminal(text: string): string {
  if (harmless.test(text)) return text;
  return text
    .split(ownStyle)
    .map((part, index) => (index % 2 === 1 ? part : textFilter()(part)))
    .join('');
}

/** JSON that says the same with every character a terminal obeys or hides as its escape. */
export function jsonForTerminal(json: string): string {
  if (harmless.test(json)) return json;
  return [...json].map((char) => (isHarmful(char) || lineEnd.test(char) ? escaped(char) : char)).join('');
}

function escaped(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

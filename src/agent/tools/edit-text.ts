import { ToolError } from '../tool.ts';

/** Changes of a text as tools make them. Pure. */

/** What is replaced by what, in the file `path`. */
export interface Replacement {
  readonly path: string;
  readonly passage: string;
  readonly by: string;
}

/** The text with the passage replaced, which must stand there exactly once. Throws ToolError where it does not, and where nothing would change. */
export function withReplaced(text: string | undefined, { path, passage, by }: Replacement): string {
  if (text === undefined) throw new ToolError(`there is no file "${path}"`);
  if (passage === '') throw new ToolError('the text to be replaced is empty');
  const [old, fresh] = [inLineEndsOf(text, passage), inLineEndsOf(text, by)];
  if (old === fresh) throw new ToolError('both texts are the same; nothing was changed');
  const places = placesOf(text, old);
  const [at] = places;
  if (at === undefined) throw new ToolError(`this text is not in "${path}"; read it and give the exact text${inOtherCase(text, old)}`);
  if (places.length > 1) {
    const lines = [...new Set(places.map((place) => text.slice(0, place).split('\n').length))];
    const shown = lines.slice(0, maxLines).join(', ') + (lines.length > maxLines ? ', ...' : '');
    throw new ToolError(
      `this text is in "${path}" ${places.length} times (${lines.length === 1 ? 'line' : 'lines'} ${shown}); give more of the text around the one you mean`,
    );
  }
  return text.slice(0, at) + fresh + text.slice(at + old.length);
}

/** Lines that are named at most. */
const maxLines = 10;

/** The text with lines added at its end: they begin on a line of their own, and the last one ends as the last one before did. */
export function withLines(text: string, lines: string): string {
  const added = inLineEndsOf(text, lines);
  const lineEnd = lineEndOf(text);
  const before = text === '' || text.endsWith('\n') ? '' : lineEnd;
  const after = text.endsWith('\n') && !added.endsWith('\n') ? lineEnd : '';
  return text + before + added + after;
}

/** Where a passage stands, also where it overlaps itself. */
function placesOf(text: string, passage: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + 1)) places.push(at);
  return places;
}

function inOtherCase(text: string, passage: string): string {
  const at = text.toLowerCase().indexOf(passage.toLowerCase());
  return at < 0 ? '' : `. In other letters it is there: ${JSON.stringify(text.slice(at, at + passage.length))}`;
}

/** The end of a line in this text: that of Windows where its first line has it. */
function lineEndOf(text: string): string {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Models write line ends of one kind, whatever the file has. */
function inLineEndsOf(text: string, written: string): string {
  return lineEndOf(text) === '\r\n' ? written.replaceAll(/\r?\n/g, '\r\n') : written;
}

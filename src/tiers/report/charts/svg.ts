import { escaped, escapedAttribute } from '../escape.ts';

/** What all charts share. They are 360 units wide, so that their text is readable on a phone; colours are classes of the page's style. */

export const chartWidth = 360;

/** A chart as one picture with its numbers in words. */
export function chart(kind: string, height: number, label: string, parts: readonly string[]): string {
  return `<svg class="chart ${kind}" viewBox="0 0 ${chartWidth} ${Math.ceil(height)}" role="img" aria-label="${escapedAttribute(label)}">${parts.join('')}</svg>`;
}

/** Text at a place. With `width` it is cut off there, and a pointer shows all of it. */
export function text(
  content: string,
  { x, y, kind, anchor, width }: { x: number; y: number; kind?: string; anchor?: 'middle' | 'end'; width?: number },
): string {
  const attributes = `${kind ? ` class="${kind}"` : ''}${anchor ? ` text-anchor="${anchor}"` : ''}`;
  if (width === undefined) return `<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`;
  return `<svg x="${round(x)}" y="${round(y - 14)}" width="${round(width)}" height="20"><text y="14"${attributes}>${escaped(content)}<title>${escaped(content)}</title></text></svg>`;
}

/** A rectangle. */
export function box(kind: string, { x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(height)}"/>`;
}

/** Coordinates need no more than this. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

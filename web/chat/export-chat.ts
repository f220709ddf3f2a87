import type { WireTurn } from '../../src/serve/luci/wire.ts';
import type { Message } from './branches.ts';

/** A chat as a file of the reader's own: the branch as Markdown to read, or every turn as JSON lines to keep. */

/** The branch that is read. */
export function saveAsMarkdown(title: string, messages: readonly Message[]): void {
  const parts = messages.map(({ turn, text }) => `## ${turn.role === 'assistant' ? (turn.model ?? 'Answer') : 'You'}\n\n${text}\n`);
  save(`${fileNameOf(title)}.md`, 'text/markdown', [`# ${title}\n`, ...parts].join('\n'));
}

/** Every branch, in the form the server keeps. */
export function saveAsJson(title: string, turns: readonly WireTurn[]): void {
  const lines = [{ type: 'title', title }, ...turns.map((turn) => ({ type: 'turn', ...turn }))];
  save(`${fileNameOf(title)}.jsonl`, 'application/jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** The turns of such a file. @throws Error for another one */
export function readExport(text: string): { readonly title: string; readonly turns: readonly WireTurn[] } {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { readonly type?: string; readonly title?: string });
  const turns = lines.filter(({ type }) => type === 'turn') as unknown as WireTurn[];
  if (turns.length === 0) throw new Error('The file holds no chat.');
  return { title: lines.find(({ type }) => type === 'title')?.title ?? 'Imported chat', turns };
}

function fileNameOf(title: string): string {
  return (
    title
      .replace(/[^\p{L}\p{N} _-]+/gu, '')
      .trim()
      .slice(0, 60) || 'chat'
  );
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A message as it is typed: a line, lines that end in a backslash, or a block of them. */

const fence = '"""';

/** Reads one; `readLine` shows the mark before the line. Undefined at the end. */
export async function readMessage(readLine: (mark: string) => Promise<string | undefined>): Promise<string | undefined> {
  const first = await readLine('> ');
  if (first === undefined) return undefined;
  // A block may begin, and end, on the line of its first or last words.
  if (first.trimStart().startsWith(fence)) return readBlock(first.trimStart().slice(fence.length), () => readLine('| '));
  let text = first;
  while (text.endsWith('\\')) {
    const more = await readLine('| ');
    text = `${text.slice(0, -1)}\n${more ?? ''}`;
    if (more === undefined) break;
  }
  return text;
}

async function readBlock(begun: string, readLine: () => Promise<string | undefined>): Promise<string> {
  const block: string[] = begun === '' ? [] : [begun];
  if (begun.trimEnd().endsWith(fence)) return begun.trimEnd().slice(0, -fence.length);
  for (let line = await readLine(); line !== undefined; line = await readLine()) {
    const isEnd = line.trimEnd().endsWith(fence);
    const text = isEnd ? line.trimEnd().slice(0, -fence.length) : line;
    if (!isEnd || text !== '') block.push(text);
    if (isEnd) break;
  }
  return block.join('\n');
}

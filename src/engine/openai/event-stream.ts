/** Server-sent events as JSON values. */

/** The values of `data:` lines, until `[DONE]` or the end. Lines that are no JSON are passed over. */
export async function* readEventStream(body: AsyncIterable<Buffer>): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data:\s?(.*)$/.exec(line)?.[1];
      if (data === undefined) continue;
      if (data.trim() === '[DONE]') return;
      const value = parse(data);
      if (value) yield value;
    }
  }
}

function parse(data: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Text as clients get it: never half a character of two code units, because a client may read each piece by itself. */

/** Holds the first half of such a character back until its other half comes. */
export async function* wholeCharacters<E extends { readonly type: string }>(events: AsyncIterable<E>): AsyncGenerator<E> {
  const halves = new Map<string, string>();
  for await (const event of events) {
    if (!isText(event)) {
      yield event;
      continue;
    }
    const text = (halves.get(event.type) ?? '') + event.text;
    const half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
    halves.set(event.type, half);
    if (text !== half) yield { ...event, text: half === '' ? text : text.slice(0, -1) };
  }
}

function isText<E extends { readonly type: string }>(event: E): event is E & { readonly text: string } {
  return event.type === 'text' || event.type === 'thinking';
}

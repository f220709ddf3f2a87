import type { ChatMessage } from './engine.ts';

/** A conversation as the text that a base model continues: what was said, one after the other, and nothing around it. */
export function plainText(messages: readonly ChatMessage[]): string {
  return messages
    .map(({ content }) => content)
    .filter((content) => content !== '')
    .join('\n\n');
}

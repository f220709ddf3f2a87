import { signal } from '@preact/signals';
import type { ChatsAnswer } from '../../src/serve/luci/wire.ts';
import { ask } from '../api.ts';
import { showFault } from '../status.ts';

/** The chats that are kept, and the search in them. */

export const chats = signal<ChatsAnswer['chats']>([]);
export const searchText = signal('');

/** Asks for them again. */
export async function loadChats(): Promise<void> {
  const wanted = searchText.value;
  try {
    const answer = await ask<ChatsAnswer>(`/luci/chats?q=${encodeURIComponent(wanted)}`);
    if (wanted === searchText.value) chats.value = answer.chats;
  } catch (error) {
    showFault(error);
  }
}

/** Searches titles and texts. */
export function search(text: string): Promise<void> {
  searchText.value = text;
  return loadChats();
}

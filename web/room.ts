import { signal } from '@preact/signals';

/** Where the reader is, as the address says: `#chat`, `#chat/ID`, `#models`, `#machine`. */

export const rooms = { chat: 'Chat', models: 'Models', machine: 'Machine' } as const;
export type RoomName = keyof typeof rooms;

interface Place {
  readonly room: RoomName;
  /** The chat that is open; undefined for a new one. */
  readonly chat: string | undefined;
}

export const place = signal(readPlace());

addEventListener('hashchange', () => {
  place.value = readPlace();
});

/** Goes to a room, and a chat in it. */
export function go(room: RoomName, chat?: string): void {
  location.hash = chat === undefined ? room : `${room}/${encodeURIComponent(chat)}`;
}

function readPlace(): Place {
  const [room = '', chat = ''] = location.hash.slice(1).split('/');
  return { room: Object.hasOwn(rooms, room) ? (room as RoomName) : 'chat', chat: decoded(chat) || undefined };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

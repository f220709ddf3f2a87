import { signal } from '@preact/signals';

/** Where the reader is, as the address says: `#chat`, `#chat/ID`, `#models`, `#tests`, `#tests/ID`, `#machine`. */

export const rooms = { chat: 'Chat', models: 'Models', tests: 'Tests', machine: 'Machine' } as const;
export type RoomName = keyof typeof rooms;

interface Place {
  readonly room: RoomName;
  /** The chat or the test run that is open; undefined for a new chat, or all runs. */
  readonly item: string | undefined;
}

export const place = signal(readPlace());

addEventListener('hashchange', () => {
  place.value = readPlace();
});

/** Goes to a room, and a chat or a test run in it. */
export function go(room: RoomName, item?: string): void {
  location.hash = item === undefined ? room : `${room}/${encodeURIComponent(item)}`;
}

function readPlace(): Place {
  const [room = '', item = ''] = location.hash.slice(1).split('/');
  return { room: Object.hasOwn(rooms, room) ? (room as RoomName) : 'chat', item: decoded(item) || undefined };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

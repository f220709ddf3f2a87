import { LuciError } from '../../../base/errors.ts';
import type { ChatMessages } from './request.ts';

/** Answers that clients go on from by their id. They are kept in memory alone, the newest of them. */
export interface KeptResponses {
  keep(id: string, kept: KeptResponse): void;
  /** @throws NOT_FOUND */
  find(id: string): KeptResponse;
  /** @throws NOT_FOUND */
  remove(id: string): void;
}

export interface KeptResponse {
  /** As it was sent. */
  readonly response: object;
  /** The conversation with the answer at its end. */
  readonly turns: ChatMessages;
}

export interface KeptLimits {
  readonly maxResponses: number;
  /** Of all conversations, as JSON. A conversation that goes on counts again, though its texts are held once. */
  readonly maxCharacters: number;
}

/** None kept yet. */
export function createKeptResponses(
  { maxResponses, maxCharacters }: KeptLimits = { maxResponses: 256, maxCharacters: 2 ** 26 },
): KeptResponses {
  const kept = new Map<string, KeptResponse & { readonly characters: number }>();
  let characters = 0;

  function remove(id: string): void {
    characters -= found(id).characters;
    kept.delete(id);
  }

  function found(id: string) {
    const one = kept.get(id);
    if (one) return one;
    throw new LuciError(
      'NOT_FOUND',
      `The answer ${id.slice(0, 80)} is not kept here; the newest ${maxResponses} are, until the server ends.`,
      {
        details: { param: 'previous_response_id' },
        hint: 'Send the whole conversation as "input".',
      },
    );
  }

  return {
    keep(id, { response, turns }) {
      const size = JSON.stringify(turns).length;
      kept.set(id, { response, turns, characters: size });
      characters += size;
      for (const [oldest] of kept) {
        if (kept.size <= maxResponses && characters <= maxCharacters) return;
        remove(oldest);
      }
    },
    find: found,
    remove,
  };
}

import { signal } from '@preact/signals';
import type { JSX } from 'preact';

/** What every new chat tells its model at its head, as in "Answer in German". This browser keeps it; a chat that is begun has its own copy. */

const keptAs = 'luci-instructions';

export const instructions = signal(localStorage.getItem(keptAs) ?? '');

/** The field for them, folded up. */
export function Instructions(): JSX.Element {
  return (
    <details class="instructions">
      <summary>{instructions.value.trim() === '' ? 'Instructions' : 'Instructions are set'}</summary>
      <textarea
        rows={2}
        dir="auto"
        aria-label="Instructions for new chats"
        placeholder="As in: Answer in one sentence."
        value={instructions.value}
        onInput={({ currentTarget }) => {
          instructions.value = currentTarget.value;
          localStorage.setItem(keptAs, currentTarget.value);
        }}
      />
    </details>
  );
}

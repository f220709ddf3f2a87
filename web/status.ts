import { signal } from '@preact/signals';
import { ApiError } from './api.ts';

/** What is said aloud, and what went wrong. */

/** One short sentence for screen readers: that an answer begins, that it is there. Never the answer itself. */
export const status = signal('');

/** A failure to show until the next thing is done. */
export const fault = signal<{ readonly message: string; readonly hint?: string } | undefined>(undefined);

/** Does something and shows what goes wrong; true when it went well. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  fault.value = undefined;
  try {
    await work();
    return true;
  } catch (error) {
    showFault(error);
    return false;
  }
}

/** Shows a failure in its own words. */
export function showFault(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  fault.value = { message, hint: error instanceof ApiError ? error.hint : undefined };
  status.value = `Failed: ${message}`;
}

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { status } from './status.ts';

const shownMs = 1500;

/** Copies a text and says what it copied. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text).catch(() => undefined);
    isCopied.value = true;
    status.value = `Copied: ${what}`;
    setTimeout(() => {
      isCopied.value = false;
    }, shownMs);
  };
  return (
    <button type="button" class="quiet" aria-label={`${isCopied.value ? 'Copied' : 'Copy'} ${what}`} onClick={copy}>
      {isCopied.value ? 'Copied' : 'Copy'}
    </button>
  );
}

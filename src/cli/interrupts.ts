/** Ctrl+C while a command takes it for itself: a chat on a terminal that edits no lines hears of it as a signal. */

let taker: (() => void) | undefined;

/** What Ctrl+C does from here on, in place of ending the command. */
export function takeInterrupts(onInterrupt: () => void): Disposable {
  taker = onInterrupt;
  return {
    [Symbol.dispose]() {
      if (taker === onInterrupt) taker = undefined;
    },
  };
}

/** Hands it to who took it; false where nobody did. */
export function isInterruptTaken(): boolean {
  taker?.();
  return taker !== undefined;
}

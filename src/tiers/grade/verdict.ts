/** A verdict on one answer: why it fails, and what shows it. */
export type Grade = { readonly passes: true } | { readonly passes: false; readonly reason: string; readonly evidence?: string };

export const passed: Grade = { passes: true };

/** A failed grade. */
export function failed(reason: string, evidence?: string): Grade {
  return { passes: false, reason, evidence };
}

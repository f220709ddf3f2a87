/** Shells there is a completion script for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

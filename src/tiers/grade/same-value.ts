/** How two values are compared. */
export interface Comparison {
  /** Lists in any order (default false). */
  readonly anyOrder?: boolean;
  /** Texts without case and space at the ends, numbers as texts (default false). */
  readonly isLoose?: boolean;
}

/** Whether what was found is what was wanted. */
export function sameValue(found: unknown, want: unknown, how: Comparison = {}): boolean {
  if (typeof want === 'number') return sameNumber(found, want, how);
  if (typeof want === 'string') return sameText(found, want, how);
  if (Array.isArray(want)) return sameList(found, want, how);
  if (typeof want === 'object' && want !== null) return sameRecord(found, want as Readonly<Record<string, unknown>>, how);
  return found === want;
}

function sameNumber(found: unknown, want: number, { isLoose = false }: Comparison): boolean {
  const number = isLoose && typeof found === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(found) ? Number(found) : found;
  return (
    typeof number === 'number' && (Number.isInteger(want) ? number === want : Math.abs(number - want) <= 1e-6 * Math.max(1, Math.abs(want)))
  );
}

function sameText(found: unknown, want: string, { isLoose = false }: Comparison): boolean {
  const text = isLoose && typeof found === 'number' ? String(found) : found;
  if (typeof text !== 'string') return false;
  return isLoose ? text.trim().toLowerCase() === want.trim().toLowerCase() : text === want;
}

function sameList(found: unknown, want: readonly unknown[], how: Comparison): boolean {
  if (!Array.isArray(found) || found.length !== want.length) return false;
  if (!how.anyOrder) return want.every((item, index) => sameValue(found[index], item, how));
  const rest = [...(found as unknown[])];
  return want.every((item) => {
    const index = rest.findIndex((other) => sameValue(other, item, how));
    if (index >= 0) rest.splice(index, 1);
    return index >= 0;
  });
}

function sameRecord(found: unknown, want: Readonly<Record<string, unknown>>, how: Comparison): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  const members = found as Readonly<Record<string, unknown>>;
  const keys = Object.keys(want);
  return Object.keys(members).length === keys.length && keys.every((key) => key in members && sameValue(members[key], want[key], how));
}

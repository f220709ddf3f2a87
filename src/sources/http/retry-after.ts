/**
 * How long a server asks to wait: the hub's `RateLimit: "resolvers";r=0;t=55` first (one second is added, the window's edge is
 * rounded down), then `Retry-After` in seconds or as a date. Undefined where neither is there.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const limits = (headers['ratelimit'] ?? '').split(',').find((part) => /;\s*r=0\b/.test(part));
  const window = /;\s*t=(\d{1,6})\b/.exec(limits ?? '')?.[1];
  if (window !== undefined) return (Number(window) + 1) * 1000;
  const after = headers['retry-after'];
  if (after === undefined) return undefined;
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

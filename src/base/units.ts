/** Numbers as people read and write them. Decimal units (1 kB = 1000 bytes), as disks and the model hub count. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `98_362_432` -> `98.4 MB`: three significant digits. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${units[unit]}`;
}

/** `61 of 98.4 MB` style pair: both in the unit of the total. */
export function formatBytesOf(doneBytes: number, totalBytes: number): string {
  const exponent = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, totalBytes)) / 3)));
  const scale = 1000 ** exponent;
  const digits = exponent === 0 ? 0 : totalBytes / scale >= 100 ? 0 : totalBytes / scale >= 10 ? 1 : 2;
  return `${(doneBytes / scale).toFixed(digits)} / ${(totalBytes / scale).toFixed(digits)} ${units[exponent]}`;
}

/** `1 model`, `3 models`; for plurals that are no `s` at the end, both are given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** `41_000` -> `41 s`, `90_000` -> `2 min`, `5_400_000` -> `1 h 30 min`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Billions of parameters as the field writes them: `0.135` -> `135M`, `3.2` -> `3.2B`, `70` -> `70B`. */
export function formatParameters(parametersB: number): string {
  if (parametersB < 0.9995) return `${Math.round(parametersB * 1000)}M`;
  return `${parametersB >= 9.95 ? Math.round(parametersB * 10) / 10 : parametersB.toFixed(1)}B`;
}

const byteFactors: Record<string, number> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** `5M` -> 5,000,000; `1.5GiB` -> 1,610,612,736; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?(?:\/s)?\s*$/i.exec(text);
  const factor = match ? byteFactors[(match[2] ?? '').toLowerCase()] : undefined;
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined;
}

const secondFactors: Record<string, number> = { '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** `5m` -> 300, `90` -> 90, `0` -> 0 (seconds); undefined for anything else. */
export function parseSeconds(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?\s*$/i.exec(text);
  return match ? Number(match[1]) * (secondFactors[(match[2] ?? '').toLowerCase()] ?? 1) : undefined;
}

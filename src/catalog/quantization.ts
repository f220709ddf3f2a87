/** Names of quantizations: what a file name states, what a person means, and which of several is taken where nobody says. Pure. */

const kind = String.raw`(?:\d|K|[SML]|X{1,2}[SL]|NL|K(?:S{1,2}|T|L)|R\d)`;
/** `Q4KM` and `Q40` are ways some publishers write `Q4_K_M` and `Q4_0`. */
const pattern = new RegExp(
  String.raw`(?:^|[._-])((?:UD-)?(?:IQ|TQ|Q)\d+(?:_${kind})*|Q[2-8]K[SML]?|Q[458][01]|MXFP4(?:_MOE)?|NVFP4|INT[48]|B?F16|F32|FP16|FP32)(?=[._-]|$)`,
  'gi',
);
const float = /^(?:B?F|FP)\d+$/;

/** What is told where a name states none. */
export const unknownQuantization = 'unknown';

/**
 * The quantization a file name states, else its folder's, in capitals; {@link unknownQuantization} when none is stated. Of several it is the last,
 * unless that is the precision of some weights right behind it, as in `Q8_0-f16`.
 */
export function quantizationOf(path: string): string {
  const names = path
    .replace(/\.gguf$/i, '')
    .split('/')
    .slice(-2)
    .reverse();
  for (const name of names) {
    const found = [...name.matchAll(pattern)];
    const [last, before] = [found.at(-1), found.at(-2)];
    const isBehind = last && before && before.index + before[0].length === last.index;
    const stated = isBehind && float.test(writtenOut(last[1] ?? '')) ? before[1] : last?.[1];
    if (stated !== undefined) return writtenOut(stated);
  }
  return unknownQuantization;
}

/** Whether a file name states one with fewer than 16 bits. */
export function isQuantized(name: string): boolean {
  const stated = quantizationOf(name);
  return stated !== unknownQuantization && !float.test(stated);
}

/** How many quantizations and precisions a file name states. */
export function statedCount(name: string): number {
  return [...name.matchAll(pattern)].length;
}

/** A name without what it states of quantizations. */
export function withoutQuantization(name: string): string {
  return name.replace(pattern, '');
}

/** What a person typed as a quantization, in the form of {@link quantizationOf}: `q4-k-m`, `i1-Q4_K_M` and `Q4KM` are `Q4_K_M`. */
export function wantedQuantization(typed: string): string {
  const stated = quantizationOf(typed.replace(/(?<!UD)-/gi, '_'));
  return stated === unknownQuantization ? typed.toUpperCase() : stated;
}

function writtenOut(stated: string): string {
  return stated
    .toUpperCase()
    .replace(/^Q(\d)K([SML]?)$/, (_, bits: string, size: string) => `Q${bits}_K${size && `_${size}`}`)
    .replace(/^Q(\d)([01])$/, 'Q$1_$2');
}

/** Bits a weight, from what most people run to what few can use. */
const bitsInOrder = [4, 5, 6, 8, 3, 16, 2, 1, 32];
/** What stands behind the bits, likewise. */
const kindsInOrder = 'K_M K K_S K_L K_XL  0 1 XS NL M S XXS'.split(' ');

/** The one of several that is taken where nobody says which, the plain one before the dynamic one (`UD-`) of its kind; undefined of none. */
export function defaultQuantization(names: Iterable<string>): string | undefined {
  return [...names].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))[0];
}

function placeOf(name: string): number {
  const plain = name.replace(/^UD-/, '');
  const [, bits = '', rest = ''] = /(\d+)_?(.*)$/.exec(plain) ?? [];
  // Of eight bits nearly everybody takes Q8_0.
  const [byBits, byKind] = [placeIn(bitsInOrder, Number(bits)), plain === 'Q8_0' ? 0 : placeIn(kindsInOrder, rest)];
  // F16 before BF16, which older processors compute slowly.
  const isPlain = /^(?:Q|F|FP)\d/.test(plain);
  return (needsAnotherEngine(plain) ? 1e6 : 0) + byBits * 1000 + byKind * 10 + (isPlain ? 0 : 5) + (plain === name ? 0 : 1);
}

function placeIn<Item>(list: readonly Item[], item: Item): number {
  const at = list.indexOf(item);
  return at < 0 ? list.length : at;
}

/** Layouts for one kind of processor that llama.cpp no longer reads, and those of its fork ik_llama.cpp. */
function needsAnotherEngine(name: string): boolean {
  return /^Q4_0_[48]_[48]$|^IQ\d_K|_R\d$/.test(name);
}

/**
 * The one of several that is meant. What is written exactly comes first; publishers also write `UD-Q4_K_XL` for `Q4_K_XL`, `FP16` for `F16` and `Q4_K`
 * for `Q4_K_M`, and a short form, `Q4` or `Q4_K`, is the usual one of its kind.
 */
export function matchingQuantization(names: readonly string[], wanted: string): string | undefined {
  const written = [
    wanted,
    `UD-${wanted}`,
    wanted.replace(/^FP/, 'F'),
    wanted.replace(/^F(?=\d)/, 'FP'),
    wanted.replace(/^(Q[345]_K)_M$/, '$1'),
  ].find((name) => names.includes(name));
  if (written !== undefined || !/^(?:UD-)?I?Q\d(?:_K)?$/.test(wanted)) return written;
  return defaultQuantization(names.filter((name) => name.startsWith(`${wanted}_`) || name.startsWith(`UD-${wanted}_`)));
}

/** Those of as many bits first, the others by how many more or fewer they have. */
export function byNearness(names: readonly string[], wanted: string): readonly string[] {
  const bitsOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  const distance = (name: string): number => Math.abs(bitsOf(name) - bitsOf(wanted));
  return [...names].sort((a, b) => distance(a) - distance(b));
}

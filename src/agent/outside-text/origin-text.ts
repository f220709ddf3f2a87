import type { CallOrigin, OutsideSource } from './call-origin.ts';

/** Why a call is perhaps not the person's, in a sentence to them, without its full stop. */
export function originText(origin: CallOrigin): string {
  switch (origin.type) {
    case 'named':
      return `${origin.argument === 'path' ? 'This path' : `"${origin.name}"`} was named by ${origin.source.name}, not by you`;
    case 'copied':
      return `The ${origin.argument} is from ${origin.source.name}, not from you`;
    case 'led':
      return `You did not ask for this, and ${namesOf(origin.sources)} ${origin.sources.length === 1 ? 'was' : 'were'} read before`;
    case 'unknown':
      return 'More was read in this chat than luci can compare with, so it cannot tell whether this is from you';
  }
}

/** At most three names. */
function namesOf(sources: readonly OutsideSource[]): string {
  const names = sources.slice(0, 3).map(({ name }) => name);
  return `${names.join(' and ')}${sources.length > names.length ? ' and more' : ''}`;
}

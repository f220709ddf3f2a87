import { readFile } from 'node:fs/promises';
import type { Model } from '../base/model.ts';
import { requireModel } from './find-model.ts';
import type { Catalog } from './load-catalog.ts';
import type { ModelReference } from './reference.ts';

/** Names that stand for several models: a tier, the core set, everything. */

/**
 * The models of a group.
 * @param groupsPath the package's `catalog/groups.json`: `{ "core": ["name", ...] }`
 */
export async function modelsOfGroup(
  catalog: Catalog,
  reference: Extract<ModelReference, { kind: 'tier' | 'group' }>,
  groupsPath: string,
): Promise<readonly Model[]> {
  if (reference.kind === 'tier') return catalog.models.filter((model) => model.tier === reference.tier);
  if (reference.group === 'all') return catalog.models;
  const { core } = JSON.parse(await readFile(groupsPath, 'utf8')) as { core: readonly string[] };
  return core.map((name) => requireModel(catalog, name));
}

/** Operands as typed, with the words of one group put together: `tier 1` is one reference, as are `core models` and `all models`. */
export function joinGroups(operands: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < operands.length; index += 1) {
    const [word = '', next = ''] = [operands[index], operands[index + 1]];
    const belongsTogether = (/^tier$/i.test(word) && /^\d+$/.test(next)) || (/^(core|all)$/i.test(word) && /^models$/i.test(next));
    joined.push(belongsTogether ? `${word} ${next}` : word);
    if (belongsTogether) index += 1;
  }
  return joined;
}

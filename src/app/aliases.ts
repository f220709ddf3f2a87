import { resolve } from 'node:path';
import { isLuciError, LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { findModel } from '../catalog/find-model.ts';
import type { Catalog } from '../catalog/load-catalog.ts';
import { nameOfOthers, parseReference } from '../catalog/reference.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import { findInstalled } from '../install/lookup.ts';
import { type Alias, addAlias, isSameName, readAliases, removeAlias } from '../store/aliases.ts';
import type { Store } from '../store/store.ts';
import { expandHome } from './expand-home.ts';

/** Names of one's own for models. A model's own name always counts more than an alias. */

/** An alias, and how it stands. */
export interface ListedAlias extends Alias {
  /** The model that has come to have this name itself, and is meant by it. */
  readonly hiddenBy: string | undefined;
  /** The model that is opened by it; undefined while it is not installed. */
  readonly model: string | undefined;
}

/** `luci.aliases` */
export interface Aliases {
  /** All of them, with the model each opens. */
  list(): Promise<readonly ListedAlias[]>;
  /**
   * Makes an alias, or replaces the one of that name; returns what it stands for. The target is whatever names a model, another alias too.
   * Throws USAGE for a name that a model has or that cannot be one, MODEL_UNKNOWN for a target that nobody knows.
   */
  set(name: string, target: string): Promise<Alias>;
  /** Whether there was one of this name. */
  remove(name: string): Promise<boolean>;
  /** What is meant by a word: the target of an alias, else the word itself, without what other programs write around a name. */
  meant(reference: string): Promise<string>;
}

/** What aliases are found and checked with. */
export interface AliasesOptions {
  readonly stateFolder: string;
  readonly userFolder: string | undefined;
  readonly store: Pick<Store, 'list'>;
  readonly catalog: () => Promise<Catalog>;
  readonly choose: (reference: string) => Promise<UsableModel>;
}

/** The aliases of a home folder. */
export function createAliases({ stateFolder, userFolder, store, catalog, choose }: AliasesOptions): Aliases {
  /** The model whose own name a word is. */
  async function ownerOf(name: string): Promise<string | undefined> {
    return findModel(await catalog(), name)?.name ?? findInstalled(await store.list(), name)?.name;
  }

  async function meant(reference: string): Promise<string> {
    const alias = (await readAliases(stateFolder)).find(({ name }) => isSameName(name, reference));
    if (alias !== undefined && (await ownerOf(reference)) === undefined) return alias.target;
    return nameOfOthers(reference) ?? reference;
  }

  return {
    meant,
    remove: (name) => removeAlias(stateFolder, name),
    async list() {
      const aliases = await readAliases(stateFolder);
      return Promise.all(
        aliases.map(async (alias) => ({
          ...alias,
          hiddenBy: await ownerOf(alias.name),
          model: await nameOrUndefined(alias.target, choose),
        })),
      );
    },
    async set(name, wanted) {
      const parsed = parseReference(name);
      if (!/^[a-z0-9][\w.:-]{0,60}$/i.test(name) || parsed.kind !== 'name' || parsed.name !== name)
        throw new LuciError(
          'USAGE',
          `"${name}" cannot be an alias: letters, digits, dots, colons and dashes, and no word that means something already.`,
          {
            hint: `luci alias fast ${shellWord(wanted)}`,
          },
        );
      const owner = await ownerOf(name);
      if (owner !== undefined)
        throw new LuciError('USAGE', `"${name}" is the name of a model${owner === name ? '' : `, ${owner}`}: an alias would hide it.`, {
          hint: `luci alias my-${shellWord(name)} ${shellWord(wanted)}`,
        });
      const target = absolute(await meant(wanted), userFolder);
      await nameOrUndefined(target, choose);
      const alias = { name, target };
      await addAlias(stateFolder, alias);
      return alias;
    },
  };
}

/** The model that a target opens; undefined where it is known and cannot be opened now. */
async function nameOrUndefined(target: string, choose: AliasesOptions['choose']): Promise<string | undefined> {
  try {
    return (await choose(target)).name;
  } catch (error) {
    if (isLuciError(error, 'MODEL_NOT_INSTALLED') || isLuciError(error, 'MODEL_DISABLED') || isLuciError(error, 'GGUF_BROKEN'))
      return undefined;
    throw error;
  }
}

/** A path is the same from every folder. */
function absolute(target: string, userFolder: string | undefined): string {
  const parsed = parseReference(target);
  return parsed.kind === 'path' ? resolve(expandHome(parsed.path, userFolder)) : target;
}

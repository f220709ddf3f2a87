import * as v from 'valibot';
import { stateFile } from './state-file.ts';

/** Names of one's own for models: `state/aliases.json`. */

/** A name, and what is written where it is typed. */
export interface Alias {
  readonly name: string;
  readonly target: string;
}

const schema = v.object({ version: v.literal(1), aliases: v.array(v.object({ name: v.string(), target: v.string() })) });

const file = stateFile(schema, { name: 'aliases', what: 'the list of aliases' });

/** Whether two names are one: case counts nowhere a model is named. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The aliases, in the order they were made. */
export async function readAliases(stateFolder: string): Promise<readonly Alias[]> {
  return (await file.read(stateFolder))?.aliases ?? [];
}

/** Adds one, or replaces the one of that name. */
export function addAlias(stateFolder: string, alias: Alias): Promise<void> {
  return change(stateFolder, (aliases) => [...aliases.filter(({ name }) => !isSameName(name, alias.name)), alias]);
}

/** Removes one; false when there is none of that name. */
export async function removeAlias(stateFolder: string, name: string): Promise<boolean> {
  let isThere = false;
  await change(stateFolder, (aliases) => {
    isThere = aliases.some((alias) => isSameName(alias.name, name));
    return aliases.filter((alias) => !isSameName(alias.name, name));
  });
  return isThere;
}

function change(stateFolder: string, by: (aliases: readonly Alias[]) => readonly Alias[]): Promise<void> {
  return file.change(stateFolder, (now) => ({ version: 1, aliases: by(now?.aliases ?? []) }));
}

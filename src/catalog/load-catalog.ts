import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describeIssue } from '../base/checked-json.ts';
import type { Model } from '../base/model.ts';
import { dataPath } from '../base/parts.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { errnoOf } from '../base/system-error.ts';
import { type CatalogEntry, entrySchema, modelOf } from './entry.ts';

/** The catalogue: the package's own entries, then the user's, which win. */

/** An entry that is left out, and why. */
export interface CatalogProblem {
  readonly file: string;
  /** Its name, or its place where it has none. */
  readonly entry: string;
  readonly message: string;
}

/** All models luci knows by name. */
export interface Catalog {
  /** In the order of the files: by tier and size, the user's own last. */
  readonly models: readonly Model[];
  /** The model that has this very name. */
  byName(name: string): Model | undefined;
  /** The model with this normal form of a name or alias; see {@link normalName}. */
  byNormalName(name: string): Model | undefined;
  readonly problems: readonly CatalogProblem[];
}

/** As one sentence. */
export function problemText({ file, entry, message }: CatalogProblem): string {
  return `${file}: ${entry} is left out: ${message}`;
}

/** Where entries are read from. */
export interface CatalogFiles {
  /** The package's own file, which a test has checked: it is believed. Default: the one that comes with luci. */
  readonly builtIn?: string;
  /** The user's file; checked entry by entry each time. May be missing. */
  readonly own?: string;
}

/** One form for all spellings of a name: lower case, and `:`, `_` and spaces as `-`. */
export function normalName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[:_\s]+/g, '-');
}

/** Reads the catalogue. A bad entry is reported in `problems` and never takes the others down. */
export async function loadCatalog({ builtIn = dataPath('catalog', 'models.json'), own }: CatalogFiles = {}): Promise<Catalog> {
  // Read in one go: a start that lists two models should not wait for the thread pool.
  const believed = JSON.parse(readFileSync(builtIn, 'utf8')) as CatalogEntry[];
  const { models: mine, problems } = own === undefined ? { models: [], problems: [] } : readOwn(own);
  const replaced = new Set(mine.map((model) => normalName(model.name)));
  // Most commands need one or two models of the 232: each is made when it is first asked for.
  const slots = [
    ...believed
      .filter(({ name }) => !replaced.has(normalName(name)))
      .map((entry) => lazily(entry.name, entry.aliases, () => modelOf(entry))),
    ...mine.map((model) => lazily(model.name, model.aliases, () => model)),
  ];
  const called = (name: string): Model | undefined => slots.find((slot) => slot.name === name)?.model();
  let byNormalName: ReadonlyMap<string, Slot> | undefined;
  let models: readonly Model[] | undefined;
  return {
    get models() {
      models ??= slots.map((slot) => slot.model());
      return models;
    },
    byName: called,
    byNormalName(name) {
      // A name that no alias can hide needs no index.
      const exact = called(name);
      if (exact) return exact;
      byNormalName ??= indexNames(slots);
      return byNormalName.get(name)?.model();
    },
    problems,
  };
}

interface Slot {
  readonly name: string;
  readonly aliases: readonly string[];
  model(): Model;
}

function lazily(name: string, aliases: readonly string[] | undefined, make: () => Model): Slot {
  let made: Model | undefined;
  return { name, aliases: aliases ?? [], model: () => (made ??= make()) };
}

/** Names first, so that no alias hides another model's name; among aliases the later file wins. */
function indexNames(slots: readonly Slot[]): ReadonlyMap<string, Slot> {
  const byName = new Map<string, Slot>();
  for (const slot of slots) for (const alias of slot.aliases) byName.set(normalName(alias), slot);
  for (const slot of slots) byName.set(normalName(slot.name), slot);
  return byName;
}

function readOwn(path: string): { models: Model[]; problems: CatalogProblem[] } {
  const whole = (message: string) => ({ models: [], problems: [{ file: path, entry: 'the file', message }] });
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    // Whatever is there in its place: the built-in models are not lost with it.
    return whole(`it cannot be read (${errnoOf(error) ?? (error as Error).message})`);
  }
  if (text === undefined) return { models: [], problems: [] };
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return whole('it is not JSON');
  }
  if (!Array.isArray(entries)) return whole('expected an array of entries');
  return checkEntries(path, entries);
}

/** The good entries as models, the bad ones as problems. */
export function checkEntries(file: string, entries: readonly unknown[]): { models: Model[]; problems: CatalogProblem[] } {
  const models: Model[] = [];
  const problems: CatalogProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const result = v.safeParse(entrySchema, entry);
    if (result.success) {
      models.push(modelOf(result.output));
      continue;
    }
    const name = (entry as { name?: unknown } | null)?.name;
    const issue = result.issues[0];
    const message = issue.message.startsWith('expected') ? `"${v.getDotPath(issue) ?? 'entry'}": ${issue.message}` : describeIssue(issue);
    problems.push({ file, entry: typeof name === 'string' ? name : `entry ${index + 1}`, message });
  }
  return { models, problems };
}

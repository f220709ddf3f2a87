import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Model, ModelFile, Source, Tier } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { allPartNames, splitNameOf } from '../base/split-name.ts';
import { chooseFiles } from '../catalog/choose-file.ts';
import { findModel, requireModel } from '../catalog/find-model.ts';
import { modelsOfGroup } from '../catalog/groups.ts';
import type { Catalog } from '../catalog/load-catalog.ts';
import { quantizationOf, unknownQuantization } from '../catalog/quantization.ts';
import { type HubReference, type ModelReference, parseReference } from '../catalog/reference.ts';
import { redactUrl } from '../net/addresses.ts';
import type { RepositoryListing } from '../sources/hub/list-files.ts';
import type { TofuPin } from '../store/tofu-pins.ts';
import { isOfRepository } from './lookup.ts';
import { parametersFromBytes } from './size-estimate.ts';

/** What the words after `luci install` stand for: models to fetch, or files of this machine. */

/** One thing to install. */
export type InstallTarget =
  | { readonly kind: 'model'; readonly model: Model }
  /** A file on this machine, to be linked or copied. */
  | { readonly kind: 'file'; readonly path: string };

/** What references are resolved with. */
export interface TargetTools {
  readonly catalog: Catalog;
  readonly groupsPath: string;
  /** Pins of first installs; empty when the user asked for what the sources have now. */
  readonly pins: ReadonlyMap<string, TofuPin>;
  readonly listRepository: (of: Pick<HubReference, 'repo' | 'revision' | 'mirror'>) => Promise<RepositoryListing>;
}

/**
 * Resolves references in their order; the same model twice counts once.
 * @throws MODEL_UNKNOWN, NOT_FOUND (no such file in a repository), SOURCE_NOT_FOUND (no such repository), NETWORK_FAILED, OFFLINE
 */
export async function resolveTargets(references: readonly string[], tools: TargetTools): Promise<readonly InstallTarget[]> {
  const targets = new Map<string, InstallTarget>();
  for (const text of references) {
    for (const target of await resolveOne(parseReference(text), tools)) {
      const key = target.kind === 'file' ? target.path : target.model.name;
      if (!targets.has(key)) targets.set(key, target);
    }
  }
  return [...targets.values()];
}

async function resolveOne(reference: ModelReference, tools: TargetTools): Promise<readonly InstallTarget[]> {
  const ofModel = (model: Model): InstallTarget => ({ kind: 'model', model: withFirstPin(model, tools.pins) });
  switch (reference.kind) {
    case 'tier':
    case 'group':
      return (await modelsOfGroup(tools.catalog, reference, tools.groupsPath)).map(ofModel);
    case 'name':
      return [ofModel(await modelOfName(reference.name, tools))];
    case 'path':
      return [{ kind: 'file', path: reference.path }];
    case 'url':
      return [{ kind: 'model', model: modelOfUrl(reference.url, tools) }];
    case 'hub':
      return [{ kind: 'model', model: fromMirror(withFirstPin(await modelOfRepository(reference, tools), tools.pins), reference) }];
  }
}

/** A model of the catalogue; `llama3.2:Q8_0` and `llama3.2:1b-q8_0` are another quantization from the repository of one. */
async function modelOfName(name: string, tools: TargetTools): Promise<Model> {
  const other = findModel(tools.catalog, name) ? undefined : otherQuantization(name, tools);
  return other ? modelOfRepository(other, tools) : requireModel(tools.catalog, name);
}

/** The longest beginning that is a name stands for the model: `llama3.2:1b-q8_0` is of the small one. */
function otherQuantization(name: string, { catalog }: TargetTools): HubReference | undefined {
  for (const pattern of [/^(.+)[:-]([^:-]+)$/, /^(.+):([^:]+)$/]) {
    const [, base = '', quantization = ''] = pattern.exec(name) ?? [];
    const source = findModel(catalog, base)?.files[0]?.sources.find(({ kind }) => kind === 'hub');
    if (source?.kind === 'hub' && quantizationOf(quantization) !== unknownQuantization)
      return { kind: 'hub', repo: source.repo, quantization };
  }
  return undefined;
}

/** The digests of the first install, for a model the catalogue has none for. */
function withFirstPin(model: Model, pins: ReadonlyMap<string, TofuPin>): Model {
  const pin = pins.get(model.name);
  if (!pin || model.files.every((file) => file.sha256 !== undefined)) return model;
  return { ...model, files: pin.files, quantization: pin.quantization, parametersB: pin.parametersB, confidence: 'first-install' };
}

async function modelOfRepository(reference: HubReference, tools: TargetTools): Promise<Model> {
  const { repo, quantization, folder, path, revision } = reference;
  // A repository named without a quantization means the one that was chosen the first time.
  const wanted = path ?? quantization?.toUpperCase() ?? folder;
  const isUsual = revision === undefined || revision === 'main';
  const held = !isUsual ? undefined : [...tools.pins.entries()].find(([name]) => isOfRepository(name, repo, wanted));
  if (held) {
    const [name, { files, license, quantization, parametersB }] = held;
    return outsideModel({ name, files, license, quantization, parametersB, confidence: 'first-install' });
  }
  const [listing, chosen] = await chosenFrom(reference, tools);
  const [first] = chosen;
  if (!first) throw new LuciError('NOT_FOUND', `${repo} has no file ${path}.`, { hint: `luci install ${repo}` });
  const known = tools.catalog.models.find((model) => isSameSource(model, repo, first.path, first.sha256));
  // Under the catalogue's name, and from where it was asked for first.
  if (known) return fromHere(known, { kind: 'hub', repo, revision: listing.commit, path: first.path });
  const stated = quantizationOf(first.path);
  const files = chosen.map(
    (file): ModelFile => ({
      name: basename(file.path),
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      sources: [{ kind: 'hub', repo, revision: listing.commit, path: file.path }],
    }),
  );
  const sizeBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
  return outsideModel({
    name: `${repo}:${stated === unknownQuantization ? basename(first.path).replace(/\.gguf$/i, '') : stated}`,
    files,
    license: listing.license,
    quantization: stated,
    parametersB: parametersFromBytes(sizeBytes, stated),
    confidence: 'hub',
  });
}

/** The list of a repository, and the files of it that are meant. */
async function chosenFrom(reference: HubReference, { catalog, listRepository }: TargetTools) {
  const { repo, quantization, folder, path } = reference;
  try {
    const listing = await listRepository(reference);
    const files = folder === undefined ? listing.files : filesBelow(repo, listing.files, folder);
    const chosen = path === undefined ? chooseFiles(repo, files, quantization) : partsOf(repo, files, path);
    return [listing, chosen] as const;
  } catch (error) {
    // The makers' own repository of a model that others have as GGUF.
    const known = findModel(catalog, repo.split('/')[1] ?? '');
    const isNone = isLuciError(error, 'SOURCE_NOT_FOUND') || (isLuciError(error, 'NOT_FOUND') && quantization === undefined);
    if (!known || !isNone) throw error;
    const { code, message, details, hint } = error;
    throw new LuciError(code, message, { hint: `luci install ${shellWord(known.name)}\n${hint ?? ''}`.trimEnd(), details, cause: error });
  }
}

function filesBelow(repo: string, listing: RepositoryListing['files'], folder: string): RepositoryListing['files'] {
  const files = listing.filter(({ path }) => path.startsWith(`${folder}/`));
  if (files.length > 0) return files;
  throw new LuciError('NOT_FOUND', `${repo} has no folder ${folder}.`, { hint: `luci install ${repo}` });
}

/** The file of a path; of one part of a split model all parts, as the first is of no use alone. */
function partsOf(repo: string, listing: RepositoryListing['files'], path: string): RepositoryListing['files'] {
  const split = splitNameOf(path);
  if (!split) return listing.filter((file) => file.path === path);
  const names = allPartNames(split);
  const parts = names.flatMap((name) => listing.filter((file) => file.path === name));
  if (parts.length === names.length) return parts;
  throw new LuciError('NOT_FOUND', `${repo} has ${parts.length} of the ${names.length} parts of ${path}.`, {
    hint: `luci install ${repo}`,
  });
}

function fromHere(model: Model, here: Source): Model {
  const [file, ...parts] = model.files;
  if (!file || parts.length > 0 || isHub(file.sources[0], here)) return model;
  return { ...model, files: [{ ...file, sources: [here, ...file.sources] }] };
}

/** Where a mirror was named, the files are fetched there and nowhere else. */
function fromMirror(model: Model, { mirror }: HubReference): Model {
  if (mirror === undefined) return model;
  const files = model.files.map((file): ModelFile => {
    const source = file.sources.find((known) => known.kind === 'hub');
    if (!source) return file;
    const path = source.path.split('/').map(encodeURIComponent).join('/');
    const revision = encodeURIComponent(source.revision ?? 'main');
    return { ...file, sources: [{ kind: 'url', url: `${mirror}/${source.repo}/resolve/${revision}/${path}` }] };
  });
  return { ...model, files };
}

function isHub(source: Source | undefined, other: Source): boolean {
  return source?.kind === 'hub' && other.kind === 'hub' && source.repo === other.repo && source.path === other.path;
}

function isSameSource(model: Model, repo: string, path: string, sha256: string | undefined): boolean {
  const [file] = model.files;
  if (file?.sha256 !== undefined && file.sha256 === sha256) return true;
  return (
    file?.sha256 === undefined &&
    (file?.sources.some((source) => source.kind === 'hub' && source.repo === repo && source.path === path) ?? false)
  );
}

function modelOfUrl(url: string, { catalog, pins }: TargetTools): Model {
  const fileName = decodeURIComponent(basename(new URL(url).pathname));
  const shown = redactUrl(url);
  if (!/\.gguf$/i.test(fileName)) {
    throw new LuciError('USAGE', `${shown} does not name a .gguf file.`, { hint: 'luci install https://host/path/model.gguf' });
  }
  // One part of a split model is of no use alone: its address says where the others are.
  const parts = partsOfUrl(url, fileName);
  const isOfUrl = (pin: TofuPin | undefined): boolean =>
    pin?.files.some(({ sources }) => sources.some((source) => source.kind === 'url' && source.url === shown)) === true;
  const split = splitNameOf(fileName);
  const stem = split?.stem ?? fileName.replace(/\.gguf$/i, '');
  // A name that stands for something else already gets a mark of the address.
  const isTaken = findModel(catalog, stem) !== undefined || (pins.has(stem) && !isOfUrl(pins.get(stem)));
  const name = isTaken ? `${stem}-${createHash('sha256').update(shown).digest('hex').slice(0, 6)}` : stem;
  const pin = isOfUrl(pins.get(name)) ? pins.get(name) : undefined;
  const files = parts.map((part, index): ModelFile => {
    const { sizeBytes, sha256 } = pin?.files[index] ?? {};
    return { name: part.name, sizeBytes, sha256, sources: [{ kind: 'url', url: part.url }] };
  });
  return outsideModel({
    name,
    files,
    license: 'unknown',
    quantization: pin?.quantization ?? quantizationOf(fileName),
    parametersB: pin?.parametersB ?? 0,
    confidence: 'first-install',
  });
}

/** Names and addresses of all parts of the series that an address names one of; of any other file itself. */
function partsOfUrl(url: string, fileName: string): readonly { readonly name: string; readonly url: string }[] {
  const split = splitNameOf(fileName);
  if (!split) return [{ name: fileName, url }];
  return allPartNames(split).map((name) => {
    const address = new URL(url);
    address.pathname = address.pathname.replace(/[^/]*$/, encodeURIComponent(name));
    return { name, url: address.href };
  });
}

/** A model the catalogue does not know, from what a source or the first install says of it. */
export function outsideModel(
  facts: Pick<Model, 'name' | 'files' | 'license' | 'quantization' | 'parametersB'> & { confidence: string },
): Model {
  return { ...facts, aliases: [], family: 'other', purposes: [], architecture: 'unknown', tier: tierOf(facts.parametersB) };
}

/** The tier of a model nobody has placed: where models of its size stand in the catalogue. */
function tierOf(parametersB: number): Tier {
  if (parametersB < 3) return 0;
  if (parametersB < 9) return 1;
  return parametersB < 30 ? 2 : 3;
}

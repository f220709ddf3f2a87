import * as v from 'valibot';
import type { CatalogedModel, ListedModel } from '../../app/models.ts';
import { searchCatalog } from '../../catalog/find-model.ts';
import type { ServeContext } from '../context.ts';
import { withoutPaths } from '../failure.ts';
import { removeModel } from '../installing.ts';
import type { Checked } from '../route.ts';
import type { CatalogueEntry, InstalledEntry, ModelsAnswer, RecommendedAnswer, RemoteModelsAnswer } from './wire.ts';

/** Models for the page: what is installed, what could be, and what changes of an installed one. */

/** GET /luci/models?q=words&fits=1 */
export async function listAll({ luci }: ServeContext, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const catalog = await luci.models.catalog();
  const found = new Set(searchCatalog(catalog, { text: searchParams.get('q') ?? '' }));
  const [installed, cataloged, partials] = await Promise.all([luci.models.list(), luci.models.cataloged(), luci.installs.partials()]);
  const haveBytes = new Map(partials.map((partial) => [partial.file, partial.haveBytes]));
  const answer: ModelsAnswer = {
    installed: installed.map((model) => installedEntry(model, luci)),
    catalogue: cataloged
      .filter(({ model, fits }) => found.has(model) && (searchParams.get('fits') !== '1' || fits !== 'no'))
      .map((model) => catalogueEntry(model, haveBytes)),
  };
  return Response.json(answer);
}

/** GET /luci/remote-models. Apart from the others: an endpoint that was not asked for a day is asked, and nobody waits for it. */
export async function listRemote({ luci }: ServeContext, request: Request): Promise<Response> {
  const [known, endpoints] = await Promise.all([luci.remotes.known(request.signal), luci.remotes.list()]);
  const hosts = new Map(endpoints.map(({ name, url }) => [name, new URL(url).host]));
  const models = known.map(({ name, remote, openedTokens }) => ({ name, host: hosts.get(remote) ?? remote, contextLength: openedTokens }));
  return Response.json({ models } satisfies RemoteModelsAnswer);
}

function installedEntry(model: ListedModel, luci: ServeContext['luci']): InstalledEntry {
  const { name, enabled, isDefault, problem, facts, sizeBytes, memoryBytes, fits, entry, proven } = model;
  return {
    name,
    enabled,
    isDefault,
    problem: problem === undefined ? null : withoutPaths(problem, luci),
    kind: facts?.kind ?? 'chat',
    sizeBytes,
    memoryBytes,
    fits,
    tier: entry?.tier ?? null,
    provenTier: proven?.tier ?? null,
    quantization: facts?.quantization ?? null,
    contextLength: facts?.contextLength ?? null,
  };
}

function catalogueEntry(
  { model, installed, sizeBytes, isSizeKnown, memoryBytes, fits }: CatalogedModel,
  haveBytes: ReadonlyMap<string, number>,
): CatalogueEntry {
  const { name, family, tier, purposes, parametersB, quantization, license, files } = model;
  const partialBytes = files.reduce((sum, file) => sum + (haveBytes.get(file.name) ?? 0), 0);
  return {
    name,
    family,
    tier,
    purposes,
    parametersB,
    quantization,
    license,
    sizeBytes,
    isSizeKnown,
    memoryBytes,
    fits,
    isInstalled: installed !== undefined,
    partialBytes: installed === undefined && partialBytes > 0 ? partialBytes : null,
  };
}

/** GET /luci/recommended: the best three for chats. */
export async function recommended({ luci }: ServeContext): Promise<Response> {
  const { models } = await luci.speed.recommend('chat');
  const answer: RecommendedAnswer = {
    models: models.slice(0, 3).map(({ name, tier, sizeBytes, fits, isInstalled, tokensPerSecond, isMeasured }) => ({
      name,
      tier,
      sizeBytes,
      fits,
      isInstalled,
      tokensPerSecond,
      isMeasured,
    })),
  };
  return Response.json(answer);
}

export const changeSchema = v.object({
  model: v.pipe(v.string(), v.minLength(1)),
  enabled: v.optional(v.boolean()),
  isDefault: v.optional(v.boolean()),
});

/** POST /luci/models: switches an installed model on or off, or makes it the default. */
export async function changeModel({ luci }: ServeContext, { model, enabled, isDefault }: Checked<typeof changeSchema>): Promise<Response> {
  const { name } = await luci.models.installed(model);
  if (enabled !== undefined) await luci.store.setEnabled([name], enabled);
  if (isDefault !== undefined) await luci.store.setDefault(isDefault ? name : undefined);
  return Response.json({ name });
}

/** DELETE /luci/models/NAME */
export async function deleteModel(context: ServeContext, path: string): Promise<Response> {
  await removeModel(context, path.slice('/luci/models/'.length));
  return Response.json({});
}

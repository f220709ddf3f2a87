import { boundedText } from '../../base/bounded-body.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { answerTooLong, keyRefused, notReached, type OpenAiTarget, placeOf } from './client.ts';
import { contextInList, contextInProps, contextInShow, joined, type StatedContext } from './stated-context.ts';
import { isRecord, type JsonRecord } from './wire.ts';

/** Which models an endpoint has, and what it states of their context. */

/** A model of an endpoint. */
export interface ListedRemoteModel extends StatedContext {
  readonly id: string;
}

/** What is asked, and how. */
export interface ListTarget extends Pick<OpenAiTarget, 'net' | 'baseUrl' | 'apiKey'> {
  /** What the person calls the endpoint. */
  readonly name: string;
  /** Longest silence, and until a connection stands (default: as for any request). */
  readonly timeoutMs?: number;
}

const maxListBytes = 4 * 1024 ** 2;

/** Ollama is asked for each model by itself. */
const [maxShown, shownAtOnce] = [100, 4];

/**
 * Models an endpoint says it has. llama-server, Ollama and LM Studio state the context elsewhere than in their list and are asked there too.
 * Throws NETWORK_FAILED, OFFLINE, and ENGINE_FAILED for what is no such endpoint.
 */
export async function listRemoteModels(target: ListTarget, signal?: AbortSignal): Promise<readonly ListedRemoteModel[]> {
  const { data } = await askFor(target, { url: `${target.baseUrl}/models`, signal });
  const rows = (Array.isArray(data) ? data : []).filter(isRow);
  const listed = rows.map((row) => ({ id: row.id, ...contextInList(row) }));
  const more = await statedElsewhere(target, rows, signal);
  return listed.map(({ id, ...stated }) => ({ id, ...joined(stated, more.get(id)) }));
}

type Row = JsonRecord & { readonly id: string };

function isRow(value: unknown): value is Row {
  return isRecord(value) && typeof value['id'] === 'string';
}

type Stated = ReadonlyMap<string, StatedContext>;

/** What servers that are known by their rows state at addresses of their own; nothing where they do not answer there. */
async function statedElsewhere(target: ListTarget, rows: readonly Row[], signal?: AbortSignal): Promise<Stated> {
  const root = target.baseUrl.replace(/\/v1$/, '');
  const owners = new Set(rows.map((row) => row['owned_by']));
  const isSilent = rows.every((row) => contextInList(row).contextLength === undefined);
  try {
    const [only, ...others] = rows;
    // With several models it is a router, whose properties are those of none.
    if (only && others.length === 0 && owners.has('llamacpp'))
      return new Map([[only.id, contextInProps(await askFor(target, { url: `${root}/props`, signal }))]]);
    if (owners.has('organization_owner')) return await ofLmStudio(target, root, signal);
    if (isSilent && (owners.has('library') || (rows.length > 0 && rows.every(({ id }) => /:[^/]+$/.test(id)))))
      return await ofOllama(target, { root, rows, signal });
  } catch (error) {
    if (signal?.aborted || !isLuciError(error)) throw error;
  }
  return new Map();
}

async function ofLmStudio(target: ListTarget, root: string, signal?: AbortSignal): Promise<Stated> {
  const { data } = await askFor(target, { url: `${root}/api/v0/models`, signal });
  return new Map((Array.isArray(data) ? data : []).filter(isRow).map((row) => [row.id, contextInList(row)]));
}

async function ofOllama(
  target: ListTarget,
  { root, rows, signal }: { readonly root: string; readonly rows: readonly Row[]; readonly signal: AbortSignal | undefined },
): Promise<Stated> {
  const { models } = await askFor(target, { url: `${root}/api/ps`, signal });
  const loaded = new Map(
    (Array.isArray(models) ? models : []).filter(isRecord).map((model) => [String(model['model'] ?? model['name']), contextInList(model)]),
  );
  const stated = new Map<string, StatedContext>();
  const left = rows.slice(0, maxShown).map(({ id }) => id);
  const work = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift())
      stated.set(id, joined(contextInShow(await askFor(target, { url: `${root}/api/show`, body: { model: id }, signal })), loaded.get(id)));
  };
  await Promise.all(Array.from({ length: shownAtOnce }, work));
  return stated;
}

interface Asked {
  readonly url: string;
  /** Posted, where there is one. */
  readonly body?: object;
  readonly signal: AbortSignal | undefined;
}

/** The record that an address answers with. */
async function askFor(target: ListTarget, { url, body: sent, signal }: Asked): Promise<JsonRecord> {
  const { net, apiKey, timeoutMs } = target;
  const asked = net.request({
    url,
    method: sent ? 'POST' : 'GET',
    purpose: 'remote-engine',
    headers: { 'Content-Type': sent && 'application/json', Authorization: apiKey ? `Bearer ${apiKey}` : undefined },
    body: sent && JSON.stringify(sent),
    connectTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs,
    signal,
  });
  const { status, body } = await asked.catch(notReached);
  const place = placeOf(target);
  const withoutList = `A model can be named without the list:\n  luci ask -m ${shellWord(target.name)}/MODEL "Hello"`;
  const text = await boundedText(body, {
    maxBytes: maxListBytes,
    tooLong: () => answerTooLong(target, { what: 'a list of models', hint: withoutList }),
  });
  if (status === 401 || status === 403) throw keyRefused(place);
  if (status !== 200)
    throw new LuciError('ENGINE_FAILED', `${place} answered ${status} when it was asked for its models.`, { hint: withoutList });
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch (cause) {
    throw new LuciError('ENGINE_FAILED', `${place} does not answer as an OpenAI-compatible endpoint.`, {
      cause,
      hint: 'The address mostly ends in /v1.',
    });
  }
}

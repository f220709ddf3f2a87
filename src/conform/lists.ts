import { LuciError } from '../base/errors.ts';
import { exchange, type Target } from './exchange.ts';
import { at, listAt } from './look.ts';

/** Where a server is, and which models it lists. */

/** The address without `/v1`. @throws USAGE */
export function baseOf(url: string): string {
  const withScheme = /^https?:\/\//i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(withScheme)) throw new LuciError('USAGE', `${url} is no address.`, { hint: 'luci conform http://127.0.0.1:5824' });
  const { protocol, host, pathname, username } = new URL(withScheme);
  if (username !== '')
    throw new LuciError('USAGE', 'An address with a name or a password in it is not asked.', {
      hint: `luci conform ${protocol}//${host} --key-env VARIABLE`,
    });
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** What a server lists. */
export interface Lists {
  /** Whether it answered with a list at all. */
  readonly isSpoken: boolean;
  readonly models: readonly string[];
  /** Tokens a model is served with; undefined where it does not say. */
  contextOf(model: string): number | undefined;
}

/** The models of the server, as either protocol tells them. Here a server that is not there is found out. */
export async function readLists(target: Target, signal: AbortSignal): Promise<Lists> {
  const [openai, ollama] = [
    await exchange(target, { method: 'GET', path: '/v1/models' }, signal),
    await exchange(target, { method: 'GET', path: '/api/tags' }, signal),
  ];
  if (openai.status === 401 || openai.status === 403)
    throw new LuciError('UNAUTHORIZED', `The server at ${new URL(target.baseUrl).host} wants a key, or another one.`, {
      hint: `luci conform ${target.baseUrl} --key-env VARIABLE`,
    });
  const entries = [...listAt(openai.json, 'data'), ...listAt(ollama.json, 'models')];
  const nameOf = (entry: unknown): string => String(at(entry, 'id') ?? at(entry, 'name') ?? '');
  const forVectors = /embed|bge-|minilm|rerank/i;
  const all = [...new Set(entries.map(nameOf).filter((name) => name !== ''))];
  return {
    isSpoken: [openai, ollama].some(({ status, json }) => status === 200 && json !== undefined),
    models: all.filter((name) => !forVectors.test(name)),
    /** Tokens a model is served with; undefined where it does not say. */
    contextOf(model) {
      const places = ['context_length', 'meta.n_ctx', 'max_model_len', 'details.context_length', 'meta.n_ctx_train'];
      const told = entries.filter((entry) => nameOf(entry) === model).flatMap((entry) => places.map((name) => at(entry, name)));
      return told.find((length): length is number => Number.isSafeInteger(length) && Number(length) > 0);
    },
  };
}

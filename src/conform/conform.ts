import { throwIfAborted } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import type { Net } from '../net/net.ts';
import { anthropicSuite } from './anthropic/suite.ts';
import { createAsker } from './asker.ts';
import type { CheckResult, Protocol, Suite } from './check.ts';
import type { Target } from './exchange.ts';
import { baseOf, readLists } from './lists.ts';
import { ollamaSuite } from './ollama/suite.ts';
import { openAiSuite } from './openai/suite.ts';

/** Holds a server to the wire that clients know: one check after the other, each within a bound of time. */

/** Which server, and how it is asked. */
export interface ConformOptions {
  /** Where it is, with or without `/v1`. */
  readonly url: string;
  /** Default: the first model of its list that is none for vectors alone. */
  readonly model?: string;
  readonly key?: string;
  /** What one request may take (default one minute). */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/** News on the way. */
export type ConformEvent =
  | { readonly type: 'protocol'; readonly protocol: Protocol; readonly model: string; readonly isSpoken: boolean }
  | { readonly type: 'check'; readonly result: CheckResult };

export const conformSuites: readonly Suite[] = [openAiSuite, ollamaSuite, anthropicSuite];

const defaultTimeoutMs = 60_000;

/**
 * Runs all checks, in the order of the table.
 * @throws USAGE for an address that is none; NETWORK_FAILED, OFFLINE where nobody answers; UNAUTHORIZED where a key is wanted;
 * NOT_FOUND where none of the protocols is spoken, or there is no model to ask
 */
export async function* conform(net: Net, options: ConformOptions): AsyncGenerator<ConformEvent> {
  const { signal, key, timeoutMs = defaultTimeoutMs } = options;
  const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}`, 'X-Api-Key': key };
  const target: Target = { net, baseUrl: baseOf(options.url), headers, timeoutMs };
  const lists = await readLists(target, signal);
  const model = options.model ?? lists.models[0];
  if (!lists.isSpoken)
    throw new LuciError('NOT_FOUND', `${new URL(target.baseUrl).host} answers, and lists no models at /v1/models nor at /api/tags.`, {
      hint: 'luci conform http://127.0.0.1:5824',
    });
  if (model === undefined)
    throw new LuciError('NOT_FOUND', `The server at ${new URL(target.baseUrl).host} lists no model that could be asked.`, {
      hint: `luci conform ${target.baseUrl} --model NAME`,
    });
  for (const suite of conformSuites) {
    const own = { ...target, headers: { ...headers, ...suite.headers } };
    const asker = createAsker(suite, own, { model, contextLength: lists.contextOf(model), signal });
    const isSpoken = await asker.isSpoken();
    yield { type: 'protocol', protocol: suite.protocol, model, isSpoken };
    for (const check of suite.checks) {
      throwIfAborted(signal);
      yield { type: 'check', result: await asker.result(check, isSpoken) };
    }
  }
}

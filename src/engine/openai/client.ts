import { boundedText, textStart } from '../../base/bounded-body.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { withoutAddresses } from '../../base/without-addresses.ts';
import type { Net, NetResponse } from '../../net/net.ts';
import { contextOverflow } from '../context-length.ts';
import type { EngineFacts } from '../engine.ts';
import type { Dialect } from './dialect.ts';
import { isRecord, type JsonRecord } from './wire.ts';

/** Requests to an OpenAI-compatible endpoint, and its refusals as errors. */

/** Where it is, and what it is known to be able to do. */
export interface OpenAiTarget {
  readonly net: Net;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** A secret: only ever a header. */
  readonly apiKey?: string;
  readonly model: string;
  readonly facts: EngineFacts;
  readonly dialect: Dialect;
  /** Whether the server still answers, for one that is ours: asked while it is silent. */
  readonly isAlive?: () => Promise<boolean>;
  readonly onClose?: () => Promise<void>;
}

/** How long a prompt may be worked on without a sign. */
const idleTimeoutMs = 600_000;

/** Vectors of many texts take some MB; more is a mistake. */
const maxBodyBytes = 64 * 1024 ** 2;

/** Posts JSON and reads the record that comes back. Throws as {@link send} does, and ENGINE_FAILED for an answer that is none. */
export async function post(target: OpenAiTarget, url: string, body: object, signal?: AbortSignal): Promise<JsonRecord> {
  const response = await send(target, { url, body, signal });
  const text = await boundedText(response.body, {
    maxBytes: maxBodyBytes,
    tooLong: () => answerTooLong(target, { hint: 'Ask with fewer texts at once.' }),
  });
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch (cause) {
    throw new LuciError('ENGINE_FAILED', `${placeOf(target)} answered with something that is no JSON.`, {
      cause,
      hint: 'luci remote list',
    });
  }
}

/**
 * Posts JSON; the body of a 200 is still to be read.
 * @throws NETWORK_FAILED, CONTEXT_OVERFLOW, MODEL_UNKNOWN, ENGINE_FAILED, or the signal's reason
 */
export async function send(
  target: OpenAiTarget,
  { url, body, signal }: { readonly url: string; readonly body: object; readonly signal?: AbortSignal },
): Promise<NetResponse> {
  const asked = target.net.request({
    url,
    method: 'POST',
    purpose: 'remote-engine',
    headers: { 'Content-Type': 'application/json', Authorization: target.apiKey ? `Bearer ${target.apiKey}` : undefined },
    body: JSON.stringify(body),
    idleTimeoutMs,
    signal,
  });
  const response = await (target.facts.kind === 'remote' ? asked.catch(notReached) : asked);
  if (response.status === 200) return response;
  throw statusError(target, response.status, await textStart(response.body, 4000).catch(() => ''));
}

/** An endpoint of the user's that cannot be reached: the hub, of which the net speaks, has no part in it. */
export function notReached(error: unknown): never {
  if (!isLuciError(error, 'NETWORK_FAILED')) throw error;
  const hint = 'Is it running? luci remote list shows its address. Behind a proxy? Set HTTPS_PROXY.';
  throw new LuciError('NETWORK_FAILED', error.message, { hint, details: error.details, cause: error });
}

/** A key that is not accepted. */
export function keyRefused(place: string): LuciError {
  return new LuciError('ENGINE_FAILED', `${place} does not accept the key.`, { hint: 'luci remote add NAME URL --key-env VARIABLE' });
}

/** What would take more memory than anything true of its kind; `what` it is, and what can be done, by default of an answer in words. */
export function answerTooLong(
  target: Pick<OpenAiTarget, 'baseUrl'>,
  { what = 'an answer', hint = 'Ask for less: --max-tokens 1000' }: { readonly what?: string; readonly hint?: string } = {},
): LuciError {
  return new LuciError('ENGINE_FAILED', `${placeOf(target)} sends ${what} that is too long to be one; it was cut off.`, { hint });
}

/** How an endpoint is called in messages. */
export function placeOf({ baseUrl }: Pick<OpenAiTarget, 'baseUrl'>): string {
  return new URL(baseUrl).host;
}

/** What an error body says, which may be JSON; never its addresses. */
export function errorText(body: unknown): string {
  let value = typeof body === 'string' ? (parsed(body) ?? body) : body;
  for (let depth = 0; isRecord(value) && depth < 3; depth += 1) value = value['error'] ?? value['message'] ?? value['detail'] ?? '';
  return typeof value === 'string' ? withoutAddresses(value).replace(/\s+/g, ' ').trim().slice(0, 200) : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statusError(target: OpenAiTarget, status: number, body: string): LuciError {
  const said = errorText(body);
  const place = placeOf(target);
  if (status === 400 && /context|too long|exceed/i.test(said))
    return (
      overflowOf(target, body) ?? new LuciError('CONTEXT_OVERFLOW', `The prompt does not fit: ${said}`, { hint: 'Ask with less text.' })
    );
  if (status === 401 || status === 403) return keyRefused(place);
  if (status === 404) return new LuciError('MODEL_UNKNOWN', `${place} has no model ${target.model}.`, { hint: 'luci list --remote' });
  return new LuciError('ENGINE_FAILED', `${place} answered ${status}${said ? `: ${said}` : ''}`);
}

/** Where the server counted the tokens. */
function overflowOf({ facts }: OpenAiTarget, body: string): LuciError | undefined {
  const value = parsed(body);
  const error = isRecord(value) ? value['error'] : undefined;
  const promptTokens = isRecord(error) ? error['n_prompt_tokens'] : undefined;
  return typeof promptTokens === 'number' ? contextOverflow({ ...facts, promptTokens }) : undefined;
}

import { boundedText } from '../../base/bounded-body.ts';
import { LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { answerTooLong, keyRefused, notReached, type OpenAiTarget, placeOf } from './client.ts';
import { isRecord } from './wire.ts';

const maxListBytes = 4 * 1024 ** 2;

/** Whose models are asked for: `name` is what the person calls the endpoint. */
export interface ListTarget extends Pick<OpenAiTarget, 'net' | 'baseUrl' | 'apiKey'> {
  readonly name: string;
}

/** Models an endpoint says it has. Throws NETWORK_FAILED, OFFLINE, and ENGINE_FAILED for what is no such endpoint. */
export async function listRemoteModels(target: ListTarget, signal?: AbortSignal): Promise<readonly string[]> {
  const asked = target.net.request({
    url: `${target.baseUrl}/models`,
    purpose: 'remote-engine',
    headers: { Authorization: target.apiKey ? `Bearer ${target.apiKey}` : undefined },
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
    const data = isRecord(value) && Array.isArray(value['data']) ? value['data'] : [];
    return data.flatMap((item: unknown) => (isRecord(item) && typeof item['id'] === 'string' ? [item['id']] : []));
  } catch (cause) {
    throw new LuciError('ENGINE_FAILED', `${place} does not answer as an OpenAI-compatible endpoint.`, {
      cause,
      hint: 'The address mostly ends in /v1.',
    });
  }
}

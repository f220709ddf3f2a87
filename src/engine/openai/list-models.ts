import { boundedText } from '../../base/bounded-body.ts';
import { LuciError } from '../../base/errors.ts';
import { answerTooLong, keyRefused, notReached, type OpenAiTarget, placeOf } from './client.ts';
import { isRecord } from './wire.ts';

const maxListBytes = 4 * 1024 ** 2;

/** Models an endpoint says it has. Throws NETWORK_FAILED, OFFLINE, and ENGINE_FAILED for what is no such endpoint. */
export async function listRemoteModels(
  target: Pick<OpenAiTarget, 'net' | 'baseUrl' | 'apiKey'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const asked = target.net.request({
    url: `${target.baseUrl}/models`,
    purpose: 'remote-engine',
    headers: { Authorization: target.apiKey ? `Bearer ${target.apiKey}` : undefined },
    signal,
  });
  const { status, body } = await asked.catch(notReached);
  const place = placeOf(target);
  const text = await boundedText(body, { maxBytes: maxListBytes, tooLong: () => answerTooLong(target) });
  if (status === 401 || status === 403) throw keyRefused(place);
  if (status !== 200) throw new LuciError('ENGINE_FAILED', `${place} answered ${status} when it was asked for its models.`);
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

import { signal } from '@preact/signals';
import type { WireError } from '../src/serve/luci/wire.ts';

/** The server as the page asks it: JSON, streams of events, and failures with their words. */

let told = document.querySelector<HTMLMetaElement>('meta[name=luci-token]')?.content ?? '';
const keyName = 'luci-key';

/** Whether the server wants its key, which only its owner knows. */
export const needsKey = signal(false);

/** A failure in the server's words. */
export class ApiError extends Error {
  readonly hint: string | undefined;

  constructor({ message, hint }: WireError) {
    super(message);
    this.hint = hint;
  }
}

/** The connection was lost: what was asked for may still go on. */
export class LostError extends ApiError {
  constructor() {
    super({ message: 'The server does not answer.', hint: 'luci serve' });
  }
}

/** A connection is made anew so often, each time after a longer wait. */
const maxLost = 5;
const waitMs = 500;

/** Waits until it is worth to try once more. `lost`: how often the connection was lost before. @throws the error where no try would help */
export async function waitAfter(error: unknown, lost: number): Promise<void> {
  if (!(error instanceof LostError) || lost >= maxLost) throw error;
  await new Promise((resolve) => setTimeout(resolve, waitMs * 2 ** lost));
}

/** Takes a key for as long as the tab is open. */
export function takeKey(key: string): void {
  sessionStorage.setItem(keyName, key);
  needsKey.value = false;
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Of a stream of events: how many of them are here already. */
  readonly after?: number;
}

/** Asks for JSON. @throws ApiError */
export async function ask<T>(path: string, how: Ask = {}): Promise<T> {
  return (await send(path, how)).json() as Promise<T>;
}

/** What a stream of events says. Leaving the loop hangs up. @throws ApiError for an event that is a failure, too; LostError */
export async function* askEvents<T extends { readonly type: string }>(
  path: string,
  how: Ask,
): AsyncGenerator<Exclude<T, { readonly type: 'error' }>> {
  const { body } = await send(path, how);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  try {
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw how.signal?.aborted ? error : new LostError();
      });
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const json = /^data: (.*)$/m.exec(event)?.[1];
        if (json === undefined) continue; // A comment that keeps the connection open.
        const data = JSON.parse(json) as T;
        if (data.type === 'error') throw new ApiError((data as unknown as { readonly error: WireError }).error);
        yield data as Exclude<T, { readonly type: 'error' }>;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Asks; once more with the token of now where the server was started anew since the page was loaded. */
async function send(path: string, how: Ask): Promise<Response> {
  const response = await sent(path, how);
  const isOurs = sessionStorage.getItem(keyName) === null;
  const again = response.status === 401 && isOurs && (await toldAnew()) ? await sent(path, how) : response;
  if (again.ok) return again;
  if (again.status === 401) needsKey.value = true;
  const failure = (await again.json().catch(() => undefined)) as { readonly error?: WireError } | undefined;
  throw new ApiError(failure?.error ?? { message: `The server answered ${again.status}.` });
}

/** Whether the server tells its page another token by now. */
async function toldAnew(): Promise<boolean> {
  const html = await fetch('/', { cache: 'no-store' }).then(
    (page) => page.text(),
    () => '',
  );
  const now = /<meta name="luci-token" content="([^"]+)"/.exec(html)?.[1];
  if (now === undefined || now === told) return false;
  told = now;
  return true;
}

async function sent(path: string, { method = 'GET', body, signal, after }: Ask): Promise<Response> {
  const key = sessionStorage.getItem(keyName) ?? told;
  return fetch(path, {
    method,
    signal,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(after === undefined ? {} : { 'last-event-id': String(after) }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new LostError();
  });
}

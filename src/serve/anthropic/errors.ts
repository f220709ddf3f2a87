import type { Failure } from '../failure.ts';

/** Failures as Anthropic's clients read them. */
export function anthropicError(failure: Failure): Response {
  return Response.json(anthropicErrorBody(failure), { status: failure.status, headers: failure.headers });
}

/** The body of it, which is also an event of a stream that has begun. */
export function anthropicErrorBody({ status, error, message }: Omit<Failure, 'headers'>): unknown {
  const { promptTokens, contextLength } = error.details as { readonly promptTokens?: number; readonly contextLength?: number };
  const isOverflow = error.code === 'CONTEXT_OVERFLOW' && promptTokens !== undefined;
  const said = isOverflow ? `prompt is too long: ${promptTokens} tokens > ${contextLength} maximum` : message;
  return { type: 'error', error: { type: typeOf(status), message: said } };
}

function typeOf(status: number): string {
  const known: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    503: 'overloaded_error',
  };
  return known[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

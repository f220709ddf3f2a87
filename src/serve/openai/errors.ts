import type { Failure } from '../failure.ts';

/** Failures as OpenAI's clients read them. */
export function openAiError({ status, error, message, headers }: Failure): Response {
  return Response.json(openAiErrorBody({ status, error, message }), { status, headers });
}

/** The body of it, which is also an event of a stream that has begun. */
export function openAiErrorBody({ status, error, message }: Pick<Failure, 'status' | 'error' | 'message'>): unknown {
  if (error.code === 'CONTEXT_OVERFLOW') return { error: overflow(error.details, message) };
  const param = (error.details as { readonly param?: string }).param ?? null;
  return { error: { message, type: typeOf(status), param, code: codeOf(error.code), hint: error.hint } };
}

/** Agents make their conversation shorter when they find these words and numbers. */
function overflow(details: unknown, message: string): unknown {
  const { promptTokens, contextLength } = details as { readonly promptTokens?: number; readonly contextLength?: number };
  const isCounted = promptTokens !== undefined && contextLength !== undefined;
  return {
    message: isCounted
      ? `request (${promptTokens} tokens) exceeds the available context size (${contextLength} tokens), try increasing it`
      : message,
    type: 'exceed_context_size_error',
    param: 'messages',
    code: 'context_length_exceeded',
    n_prompt_tokens: promptTokens,
    n_ctx: contextLength,
  };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

function codeOf(code: string): string {
  const known: Readonly<Record<string, string>> = {
    MODEL_UNKNOWN: 'model_not_found',
    MODEL_NOT_INSTALLED: 'model_not_found',
    MODEL_DISABLED: 'model_not_found',
    UNAUTHORIZED: 'invalid_api_key',
    USAGE: 'invalid_value',
    ENGINE_UNSUPPORTED: 'unsupported_value',
    BUSY: 'server_busy',
  };
  return known[code] ?? code.toLowerCase();
}

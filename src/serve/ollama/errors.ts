import type { Failure } from '../failure.ts';

/** Failures as Ollama's clients read them. */
export function ollamaError({ status, message, error, headers }: Failure): Response {
  return Response.json(ollamaErrorBody({ message, error }), { status, headers });
}

/** The body of it, which is also a line of a stream that has begun. */
export function ollamaErrorBody({ message, error }: Pick<Failure, 'message' | 'error'>): unknown {
  const { promptTokens, contextLength } = error.details as { readonly promptTokens?: number; readonly contextLength?: number };
  if (error.code === 'CONTEXT_OVERFLOW' && promptTokens !== undefined)
    return { error: `request (${promptTokens} tokens) exceeds the available context size (${contextLength} tokens), try increasing it` };
  return { error: message };
}

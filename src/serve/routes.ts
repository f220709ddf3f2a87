import { type Context, Hono } from 'hono';
import { LuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { anthropicError } from './anthropic/errors.ts';
import { countTokens, messages } from './anthropic/messages.ts';
import type { ServeContext } from './context.ts';
import { type Failure, failureOf } from './failure.ts';
import { type GuardOptions, guard } from './guard.ts';
import { luciRoutes } from './luci/routes.ts';
import { ollamaError } from './ollama/errors.ts';
import { ollamaRoutes } from './ollama/routes.ts';
import { chatCompletions } from './openai/chat.ts';
import { completions } from './openai/completions.ts';
import { embeddings } from './openai/embeddings.ts';
import { openAiError } from './openai/errors.ts';
import { listModels, oneModel } from './openai/models.ts';
import { createResponse, deleteResponse, getResponse } from './openai/responses/responses.ts';
import { pageRoutes } from './page-files.ts';
import type { Route } from './route.ts';

/** All routes: who may ask is decided first, and what fails is told in the words of the protocol that was spoken. */

const routes: readonly Route[] = [
  { method: 'GET', path: '/health', handle: () => Response.json({ status: 'ok', version }) },
  { method: 'GET', path: '/metrics', handle: ({ metrics, queue }) => new Response(metrics.text(queue), { headers: prometheus }) },
  { method: 'GET', path: '/v1/models', handle: listModels },
  { method: 'GET', path: '/v1/models/*', handle: (context, _, path) => oneModel(context, path.slice('/v1/models/'.length)) },
  { method: 'POST', path: '/v1/chat/completions', handle: chatCompletions },
  { method: 'POST', path: '/v1/completions', handle: completions },
  { method: 'POST', path: '/v1/embeddings', handle: embeddings },
  { method: 'POST', path: '/v1/responses', handle: createResponse },
  { method: 'GET', path: '/v1/responses/*', handle: getResponse },
  { method: 'DELETE', path: '/v1/responses/*', handle: deleteResponse },
  { method: 'POST', path: '/v1/messages', handle: messages },
  { method: 'POST', path: '/v1/messages/count_tokens', handle: countTokens },
  ...ollamaRoutes,
  ...luciRoutes,
];

const prometheus = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

/** The whole server as a function of a request. */
export function createRoutes(context: ServeContext, guardOptions: GuardOptions): Hono {
  const app = new Hono();
  const guarded = (route: Route) => async (c: Context) => {
    const { raw, path } = c.req;
    let response: Response;
    try {
      guard(raw, route.access, guardOptions);
      response = await route.handle(context, raw, decoded(path));
    } catch (error) {
      response = toldTo(path, failureOf(error, context));
    }
    context.metrics.countRequest(route.path, response.status);
    return response;
  };
  for (const route of [...routes, ...pageRoutes(guardOptions)]) app.on(route.method, route.path, guarded(route));
  const none: Route = { method: 'POST', path: '*', handle: (_, { method }, path) => notThere(method, path) };
  app.all('*', guarded(none));
  return app;
}

function notThere(method: string, path: string): never {
  throw new LuciError('NOT_FOUND', `There is nothing at ${method} ${path.slice(0, 80)}.`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Each protocol has its own form of an error. */
function toldTo(path: string, failure: Failure): Response {
  if (path.startsWith('/api/')) return ollamaError(failure);
  return path.startsWith('/v1/messages') ? anthropicError(failure) : openAiError(failure);
}

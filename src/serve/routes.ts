import { type Context, Hono } from 'hono';
import { LuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { anthropicError } from './anthropic/errors.ts';
import { anthropicRoutes } from './anthropic/routes.ts';
import type { ServeContext } from './context.ts';
import { type Failure, failureOf } from './failure.ts';
import { type GuardOptions, guard } from './guard.ts';
import { luciRoutes } from './luci/routes.ts';
import { ollamaError } from './ollama/errors.ts';
import { ollamaRoutes } from './ollama/routes.ts';
import { openAiError } from './openai/errors.ts';
import { openAiRoutes } from './openai/routes.ts';
import { pageRoutes } from './page-files.ts';
import { pathTemplate, protocolOf } from './protocol.ts';
import type { DescribedRoute, Route } from './route.ts';

/** All routes: who may ask is decided first, and what fails is told in the words of the protocol that was spoken. */

const routes: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/health',
    // What watches over a server has no key; the page tells strangers as much.
    access: 'page',
    summary: 'Whether the server answers',
    answer: { json: ['status', 'version'] },
    handle: () => Response.json({ status: 'ok', version }),
  },
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Counts in the text form of Prometheus',
    answer: { other: 'text/plain' },
    handle: ({ metrics, queue }) => new Response(metrics.text(queue), { headers: prometheus }),
  },
  { method: 'GET', path: '/openapi.json', summary: 'This document', answer: { json: ['openapi', 'info', 'paths'] }, handle: document },
  ...openAiRoutes,
  ...anthropicRoutes,
  ...ollamaRoutes,
  ...luciRoutes,
];

/** Made when somebody asks for it. */
async function document(): Promise<Response> {
  const { openApiDocument } = await import('./openapi.ts');
  return Response.json(openApiDocument(routes));
}

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
    context.metrics.countRequest(pathTemplate(route.path), response.status);
    return response;
  };
  const all = [...routes, ...pageRoutes(guardOptions)];
  for (const route of all) app.on(route.method, route.path, guarded(route));
  for (const path of new Set(all.map((route) => route.path))) {
    const methods = all.filter((route) => route.path === path).map(({ method }) => method);
    app.all(path, guarded({ method: 'POST', path, handle: (_, { method }, asked) => otherMethod(method, asked, methods) }));
  }
  const none: Route = { method: 'POST', path: '*', handle: (_, { method }, path) => notThere(method, path) };
  app.all('*', guarded(none));
  return app;
}

function otherMethod(method: string, path: string, allowed: readonly string[]): Response {
  const error = new LuciError('METHOD_NOT_ALLOWED', `${path.slice(0, 80)} is asked by ${allowed.join(', ')}, not ${method.slice(0, 20)}.`);
  return toldTo(path, { status: error.httpStatus, error, message: error.message, headers: { allow: allowed.join(', ') } });
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

const errorForms = { openai: openAiError, ollama: ollamaError, anthropic: anthropicError } as const;

/** Each protocol has its own form of an error. */
function toldTo(path: string, failure: Failure): Response {
  return errorForms[protocolOf(path)](failure);
}

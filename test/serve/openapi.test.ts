import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaProblem } from '../../src/agent/schema-problem.ts';
import { isLuciError } from '../../src/base/errors.ts';
import type { JsonSchema } from '../../src/engine/engine.ts';
import type { ServeContext } from '../../src/serve/context.ts';
import { pathTemplate } from '../../src/serve/protocol.ts';
import { createRoutes } from '../../src/serve/routes.ts';
import { makeServerKey } from '../../src/serve/server-key.ts';
import { type Random, seededRandom } from '../../src/tiers/random.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { randomValue, type Schema, spoilt } from './random-bodies.ts';
import { post, raw, type Served, serveTiny } from './served.ts';

/** /openapi.json: complete, valid, and kept by the server whatever it is sent. */

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let served: Served;
let key: string;
let document: Document;
beforeAll(async () => {
  served = await serveTiny({
    open: () => scriptedSession(() => 'yes', { tools: true }),
    prepare: async (home) => {
      key = await makeServerKey(join(home, 'state'));
    },
  });
  document = JSON.parse((await raw(`${served.url}/openapi.json`)).text) as Document;
});
afterAll(() => served[Symbol.asyncDispose]());

const operations = (): readonly (readonly [method: string, path: string, operation: Operation])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
  );

test('every route that is served is in the document, and no other', () => {
  const app = createRoutes({} as ServeContext, { hosts: [], isKey: undefined, everywhere: false, pageToken: '' });
  const page = ['/', '/page.js', '/page.css', '/icon.svg', '/*'];
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !page.includes(path))
    .map(({ method, path }) => `${method} ${pathTemplate(path)}`);
  expect(routes.length).toBeGreaterThan(40);
  expect(
    operations()
      .map(([method, path]) => `${method} ${path}`)
      .sort(),
  ).toEqual(routes.sort());
});

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...document });
  expect({ valid, errors, version: validator.version }).toEqual({ valid: true, errors: undefined, version: '3.1' });
  const ids = operations().map(([, , { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('bodies are shown as they are checked', () => {
  const schema = (path: string) => document.paths[path]?.['post']?.requestBody?.content['application/json'].schema;
  expect(schema('/luci/tests')).toMatchObject({
    required: ['model'],
    properties: { tier: { enum: [0, 1, 2, 3] }, repeats: { type: 'integer', minimum: 1, maximum: 10 } },
  });
  for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses', '/api/chat', '/luci/chats/{chat}/answers'])
    expect(Object.keys(schema(path)?.properties ?? {}).length, path).toBeGreaterThan(4);
});

test('a receipt is shown as it is given', async () => {
  const schema = document.paths['/v1/chat/completions']?.['post']?.responses['200']?.content?.['application/json']?.schema;
  expect(schema?.properties?.['luci_receipt']?.required).toEqual(expect.arrayContaining(['answer', 'publicKey', 'signature']));
  const { body } = await post(`${served.url}/v1/chat/completions`, {
    model: 'tiny',
    seed: 7,
    receipt: true,
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect((body as { luci_receipt: object }).luci_receipt).toMatchObject({ answer: { text: 'yes' } });
  expect(await schemaProblem(schema as JsonSchema, body)).toBeUndefined();
  const { signature: _, ...unsigned } = (body as { luci_receipt: { signature: string } }).luci_receipt;
  expect(await schemaProblem(schema as JsonSchema, { ...(body as object), luci_receipt: unsigned })).toBeDefined();
});

test.each([
  ['GET', '/v1/chat/completions', 'POST', { error: { code: 'method_not_allowed', param: null } }],
  ['PUT', '/v1/models/tiny', 'GET', { error: { type: 'invalid_request_error' } }],
  ['DELETE', '/api/chat', 'POST', { error: '/api/chat is asked by POST, not DELETE.' }],
  ['OPTIONS', '/v1/messages', 'POST', { type: 'error', error: { type: 'invalid_request_error' } }],
  ['PATCH', '/luci/chats/none', 'GET, POST, DELETE', { error: { message: expect.stringContaining('PATCH') } }],
])('%s %s is told which methods there are', async (method, path, allow, body) => {
  const { status, headers, text } = await raw(`${served.url}${path}`, { method });
  expect([status, headers['allow']]).toEqual([405, allow]);
  expect(JSON.parse(text)).toMatchObject(body);
});

test.each([
  ['/v1/chat/completions', []],
  ['/luci/chats', [null, null]],
  ['/api/generate', { model: 'tiny', options: [] }],
  ['/v1/messages', { model: 'tiny', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], tools: [{ name: 'a', input_schema: [] }] }],
])('%s: a list is no object: %j', async (path, body) => {
  expect((await post(`${served.url}${path}`, body, { authorization: `Bearer ${key}` })).status).toBe(400);
});

test('a body that names no model is told so', async () => {
  for (const path of ['/api/show', '/api/pull'])
    expect(await post(`${served.url}${path}`, { model: '' }, { authorization: `Bearer ${key}` })).toEqual({
      status: 400,
      body: { error: 'The body must be an object that names a "model".' },
    });
});

/** Names in paths: nothing is there by them, so that the next request finds what this one found. */
const names = ['none', 'a/b', '%2e%2e', '%2e%2e%2f', '...', 'é', '%00'];
const count = 600;

test(`${count} requests at random are answered as the document says, never by a fault of the server`, async () => {
  const random = seededRandom('openapi');
  const statuses = new Map<number, number>();
  for (let asked = 0; asked < count; asked += 1) {
    const [method, path, operation] = random.pick(operations());
    const request = requestOf(path, operation, random);
    const { status, headers, text } = await raw(`${served.url}${request.path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      body: request.body,
    });
    const what = `${method} ${request.path} ${request.body} -> ${status} ${text.slice(0, 300)}`;
    const answer = operation.responses[status] ?? operation.responses['default'];
    expect(status < 500 || status === 503 || operation.responses[status] !== undefined, what).toBe(true);
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    if (answer?.content === undefined) expect(text, what).toBe('');
    else {
      expect(answer.content[type], what).toBeDefined();
      if (type === 'application/json')
        expect(
          await schemaProblem({ ...answer.content[type]?.schema, components: document.components } as JsonSchema, JSON.parse(text)),
          what,
        ).toBeUndefined();
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    // The model is there for the next one.
    await served.luci.store.setEnabled(['tiny'], true);
  }
  // Offline, nothing is fetched; that is the one failure that is not the client's.
  expect(served.faults.filter((fault) => !isLuciError(fault, 'OFFLINE'))).toEqual([]);
  // Requests that are answered, refused for their form, and for what they name.
  for (const status of [200, 400, 404]) expect(statuses.get(status), `${status}`).toBeGreaterThan(50);
});

function requestOf(path: string, { parameters = [], requestBody }: Operation, random: Random): { path: string; body: string } {
  const query = parameters.filter((one) => one.in === 'query' && random.int(0, 1) === 1);
  const words = query.map(({ name }) => `${name}=${random.pick(['', '1', 'coder', '%00', '(', '%'])}`).join('&');
  const filled = path.replace(/\{\w+\}/g, () => random.pick(names));
  return { path: words === '' ? filled : `${filled}?${words}`, body: requestBody ? bodyOf(requestBody, path, random) : '' };
}

function bodyOf({ content }: NonNullable<Operation['requestBody']>, path: string, random: Random): string {
  const value = randomValue(content['application/json'].schema, random);
  // What removes, fetches or tests a model is not asked for the one that is there.
  const isLasting = path === '/api/delete' || path === '/luci/tests';
  const safe = isLasting ? { ...(value as object), model: 'none', name: 'none' } : value;
  const text = JSON.stringify(random.int(0, 3) === 0 ? spoilt(safe, random) : safe);
  return random.int(0, 30) === 0 ? text.slice(0, -1) : text;
}

import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { version } from '../base/version.ts';
import { type Protocol, pathTemplate, protocolOf } from './protocol.ts';
import type { AnswerFacts, DescribedRoute } from './route.ts';

/** The routes as an OpenAPI 3.1 document: bodies as they are checked, answers and errors as far as they are the same each time. */

/** The whole document. */
export function openApiDocument(routes: readonly DescribedRoute[]): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = pathTemplate(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'luci',
      version,
      description: 'Language models of this machine in the protocols of OpenAI, Ollama and Anthropic, and the routes of the page of luci.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [{ name: 'OpenAI' }, { name: 'Ollama' }, { name: 'Anthropic' }, { name: 'luci' }],
    paths,
    components: {
      schemas: errorSchemas,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'The key that luci serve key makes.' },
        keyHeader: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same key.' },
      },
    },
  };
}

function operationOf(route: DescribedRoute): unknown {
  const { method, path, summary, body, access, answer } = route;
  const parameters = parametersOf(route);
  const { status = 200 } = answer;
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\{[^}]*\}/g, '').replace(/\W+/g, '_')}`,
    summary,
    tags: [tagOf(path)],
    // Where other machines reach the server everything needs the key.
    security: [...(access === 'change' ? [] : [{}]), { key: [] }, { keyHeader: [] }],
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: body && { required: true, content: { 'application/json': { schema: jsonSchemaOf(body) } } },
    responses: {
      [status]: answerOf(answer),
      default: { description: 'What went wrong', content: { 'application/json': { schema: errorSchemaOf(path) } } },
    },
  };
}

function tagOf(path: string): string {
  if (path.startsWith('/v1/')) return protocolOf(path) === 'anthropic' ? 'Anthropic' : 'OpenAI';
  return path.startsWith('/api/') ? 'Ollama' : 'luci';
}

function parametersOf({ path, query = {} }: DescribedRoute): readonly unknown[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  const inQuery = Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } }));
  return [...inPath, ...inQuery];
}

function answerOf({ status = 200, json, maybe, other }: AnswerFacts): unknown {
  const content: Record<string, object> = {};
  const properties = maybe && Object.fromEntries(Object.entries(maybe).map(([name, schema]) => [name, jsonSchemaOf(schema)]));
  if (json) content['application/json'] = { schema: { type: 'object', required: json.length > 0 ? json : undefined, properties } };
  // A stream is told part by part: there is no form of the whole.
  if (other) content[other.split(';')[0] ?? other] = other.startsWith('text/plain') ? { schema: text } : {};
  const description = status >= 500 ? 'Cannot be had here' : 'The answer';
  return Object.keys(content).length === 0 ? { description } : { description, content };
}

function jsonSchemaOf(schema: GenericSchema): unknown {
  // What is checked beyond the form of a value has no words in JSON Schema.
  const { $schema: _, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
  return rest;
}

const errorNames: Readonly<Record<Protocol, string>> = { openai: 'OpenAiError', ollama: 'OllamaError', anthropic: 'AnthropicError' };

function errorSchemaOf(path: string): unknown {
  return { $ref: `#/components/schemas/${errorNames[protocolOf(path)]}` };
}

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };

const errorSchemas = {
  OpenAiError: {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['message', 'type', 'param', 'code'],
        properties: { message: text, type: text, param: textOrNull, code: textOrNull, hint: text },
      },
    },
  },
  OllamaError: { type: 'object', required: ['error'], properties: { error: text } },
  AnthropicError: {
    type: 'object',
    required: ['type', 'error'],
    properties: {
      type: { const: 'error' },
      error: { type: 'object', required: ['type', 'message'], properties: { type: text, message: text } },
    },
  },
};

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChild } from '../../src/engine/child/open-child.ts';
import { flavorOf } from '../../src/engine/child/server-flavor.ts';
import type { JsonSchema, Session } from '../../src/engine/engine.ts';
import { grammarOf } from '../../src/engine/grammar/schema-grammar.ts';
import { createNet } from '../../src/net/create-net.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';

/** The grammar for old servers, put to a real llama.cpp as the old servers get it. */

const llamaServer = findLlamaServer();
let folder: string;
let session: Session;
beforeAll(async () => {
  if (llamaServer === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'luci grammar '));
  const path = join(folder, 'tiny.gguf');
  await writeFile(path, tinyGguf());
  const net = createNet({ offline: true, proxy: { none: [] }, userAgent: 'luci' });
  const flavor = { ...flavorOf('llama-server'), dialect: 'llamafile-0.9' } as const;
  const options = { flavor, program: llamaServer, net, environment: { PATH: process.env['PATH'] ?? '' } };
  session = await openChild(options, { kind: 'file', path, name: 'tiny' }, { contextLength: 2048 });
});
afterAll(async () => {
  await session?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
});

type Value = Record<string, unknown>;
const object = (properties: Value, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const schemas: readonly (readonly [name: string, schema: JsonSchema, isOfIt: (value: never) => boolean])[] = [
  [
    'required and free properties',
    object({ b: { type: 'boolean' }, s: { type: 'string', maxLength: 3 } }, ['b']),
    (value: Value) => typeof value['b'] === 'boolean',
  ],
  [
    'only free properties',
    object({ p: { type: ['boolean', 'null'] }, q: { type: 'boolean' } }, []),
    (value: Value) => !Array.isArray(value),
  ],
  [
    'an array of so many',
    { type: 'array', items: { enum: ['x', 'say "y"', 3] }, minItems: 2, maxItems: 2 },
    (value: unknown[]) => value.length === 2,
  ],
  ['alternatives and constants', { oneOf: [{ const: 'only' }, { type: 'null' }] }, (value: unknown) => value === 'only' || value === null],
  [
    'a string between two lengths',
    { type: 'string', minLength: 2, maxLength: 4 },
    (value: string) => value.length >= 2 && value.length <= 4,
  ],
  [
    'objects in objects',
    object({ tool: { const: 'read' }, arguments: object({ path: { type: 'string', maxLength: 5 } }, ['path']) }, ['tool', 'arguments']),
    (value: { arguments: { path: unknown } }) => typeof value.arguments.path === 'string',
  ],
  [
    'what is referred to',
    { ...object({ on: { $ref: '#/$defs/a~1switch' } }, ['on']), $defs: { 'a/switch': { type: 'boolean' } } },
    (value: Value) => typeof value['on'] === 'boolean',
  ],
];

test.skipIf(llamaServer === undefined).each(schemas)('%s', async (_, jsonSchema, isOfIt) => {
  let text = '';
  const request = { messages: [{ role: 'user', content: 'hi' }], jsonSchema, sampling: { temperature: 0 }, maxTokens: 300 } as const;
  for await (const event of session.generate(request)) if (event.type === 'text') text += event.text;
  expect(isOfIt(JSON.parse(text) as never)).toBe(true);
});

/** The fixture's model never ends these: there is always room for more. Only their beginning is looked at. */
const endless: readonly (readonly [name: string, schema: JsonSchema, begin: RegExp])[] = [
  ['any names with values alike', { type: 'object', additionalProperties: { type: 'boolean' } }, /^\{ ?("[^"]|\})/],
  [
    'what refers to itself',
    {
      ...object({ tree: { $ref: '#/$defs/tree' } }, ['tree']),
      $defs: { tree: object({ next: { type: 'array', items: { $ref: '#/$defs/tree' }, minItems: 1 } }, ['next']) },
    },
    /^\{ ?"tree": ?\{ ?"next": ?\[ ?\{ ?"next": ?\[ ?\{/,
  ],
];

test.skipIf(llamaServer === undefined).each(endless)('%s', async (_, jsonSchema, begin) => {
  let text = '';
  const request = { messages: [{ role: 'user', content: 'hi' }], jsonSchema, sampling: { temperature: 0 }, maxTokens: 60 } as const;
  for await (const event of session.generate(request)) if (event.type === 'text') text += event.text;
  expect(text).toMatch(begin);
});

test('every rule that is named is there', () => {
  for (const [, schema] of [...schemas, ...endless]) {
    const lines = grammarOf(schema).split('\n');
    const names = new Set(lines.map((line) => line.split(' ')[0]));
    const used = lines.flatMap((line) =>
      line
        .replace(/^\S+ ::= /, '')
        .replace(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]|\{[^}]*\}/g, ' ')
        .match(/[a-z]\w*/g),
    );
    expect(used.filter((name) => name !== null && !names.has(name ?? ''))).toEqual([]);
  }
});

import { expect, test } from 'vitest';
import { toolWayOf } from './tool-way.ts';

const facts = (kind: 'embedded' | 'llama-server' | 'remote', tools: boolean, modelName?: string) => ({
  kind,
  modelName,
  supports: { jsonSchema: true, tools, requiredCalls: false, embeddings: true, seed: true },
});

test.each([
  ['a model that knows tools is asked in its own way', facts('embedded', true), {}, 'native'],
  ['one that knows none is asked by the grammar', facts('embedded', false), {}, 'grammar'],
  ['a schema of the answer takes the grammar', facts('llama-server', true), { jsonSchema: {} }, 'grammar'],
  ['a call that is demanded, where the engine cannot demand one', facts('embedded', true), { toolChoice: 'required' }, 'grammar'],
  ['a model that was measured to do better by the grammar', facts('embedded', true, 'Qwen2.5 Coder 1.5B Instruct GGUF'), {}, 'grammar'],
  ['the same in a server program', facts('llama-server', true, 'Qwen2.5-Coder-7B-Instruct'), {}, 'grammar'],
  ['its sister for talk, which was not measured', facts('embedded', true, 'Qwen2.5 1.5B Instruct'), {}, 'native'],
  ['an endpoint of others, which may keep to no grammar', facts('remote', true, 'qwen2.5-coder'), {}, 'native'],
] as const)('%s', (_, engine, request, way) => {
  expect(toolWayOf(engine, request)).toBe(way);
});

import { expect, test } from 'vitest';
import { joinGroups } from './groups.ts';
import { parseReference } from './reference.ts';

test.each([
  ['llama3.2', { kind: 'name', name: 'llama3.2' }],
  ['llama3.2:3b', { kind: 'name', name: 'llama3.2:3b' }],
  ['tier 1', { kind: 'tier', tier: 1 }],
  ['core models', { kind: 'group', group: 'core' }],
  ['all', { kind: 'group', group: 'all' }],
  ['owner/repo', { kind: 'hub', repo: 'owner/repo' }],
  ['owner/repo:Q4_K_M', { kind: 'hub', repo: 'owner/repo', quantization: 'Q4_K_M' }],
  ['hf.co/owner/repo:Q8_0', { kind: 'hub', repo: 'owner/repo', quantization: 'Q8_0' }],
  ['https://huggingface.co/o/r/resolve/main/a%20b.gguf?download=true', { kind: 'hub', repo: 'o/r', revision: 'main', path: 'a b.gguf' }],
  ['https://host.example/m.gguf', { kind: 'url', url: 'https://host.example/m.gguf' }],
  ['./m.gguf', { kind: 'path', path: './m.gguf' }],
  ['m.gguf', { kind: 'path', path: 'm.gguf' }],
  ['folder/m.gguf', { kind: 'path', path: 'folder/m.gguf' }],
  ['C:\\models\\m.gguf', { kind: 'path', path: 'C:\\models\\m.gguf' }],
])('%s is understood', (text, reference) => {
  expect(parseReference(text)).toEqual(reference);
});

test('the words of a group are one reference, wherever they stand', () => {
  expect(joinGroups(['llama3.2', 'tier', '1', 'core', 'models', 'all', 'models', 'tier'])).toEqual([
    'llama3.2',
    'tier 1',
    'core models',
    'all models',
    'tier',
  ]);
});

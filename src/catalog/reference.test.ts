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
  ['llama3.2:latest', { kind: 'name', name: 'llama3.2' }],
  ['ollama://llama3.2', { kind: 'name', name: 'llama3.2' }],
  ['ollama://library/llama3.2:latest', { kind: 'name', name: 'llama3.2' }],
  ['file:///models/a%20b.gguf', { kind: 'path', path: '/models/a b.gguf' }],
  ['hf:o/r/case.fp16.gguf', { kind: 'hub', repo: 'o/r', path: 'case.fp16.gguf' }],
  ['hf://o/r/folder/a.gguf', { kind: 'hub', repo: 'o/r', path: 'folder/a.gguf' }],
  ['hf.co/o/r:latest', { kind: 'hub', repo: 'o/r' }],
  ['hf.co/o/r/', { kind: 'hub', repo: 'o/r' }],
  ['o/r:a-Q8_0.gguf', { kind: 'hub', repo: 'o/r', quantization: 'a-Q8_0.gguf' }],
  ['hf.co/o/r/tree/main/q/a', { kind: 'hub', repo: 'o/r', revision: 'main', folder: 'q/a' }],
  ['hf.co/o/r/tree/refs/pr/2/q', { kind: 'hub', repo: 'o/r', revision: 'refs/pr/2', folder: 'q' }],
  ['hf.co/o/r/tree/v2', { kind: 'hub', repo: 'o/r', revision: 'v2' }],
  ['https://huggingface.co/o/r/blob/main/a.gguf', { kind: 'hub', repo: 'o/r', revision: 'main', path: 'a.gguf' }],
  ['https://huggingface.co/o/r/raw/main/q/a.gguf', { kind: 'hub', repo: 'o/r', revision: 'main', path: 'q/a.gguf' }],
  ['https://huggingface.co/o/r/resolve/refs%2Fpr%2F1/a.gguf', { kind: 'hub', repo: 'o/r', revision: 'refs/pr/1', path: 'a.gguf' }],
  ['hf-mirror.com/o/r:Q8_0', { kind: 'hub', repo: 'o/r', quantization: 'Q8_0', mirror: 'https://hf-mirror.com' }],
  [
    'https://hf-mirror.com/o/r/resolve/main/a.gguf',
    { kind: 'hub', repo: 'o/r', revision: 'main', path: 'a.gguf', mirror: 'https://hf-mirror.com' },
  ],
  ['https://mirror.example/o/r/resolve/main/a.gguf', { kind: 'url', url: 'https://mirror.example/o/r/resolve/main/a.gguf' }],
  ['./m.gguf', { kind: 'path', path: './m.gguf' }],
  ['m.gguf', { kind: 'path', path: 'm.gguf' }],
  ['folder/m.gguf', { kind: 'path', path: 'folder/m.gguf' }],
  ['C:\\models\\m.gguf', { kind: 'path', path: 'C:\\models\\m.gguf' }],
])('%s is understood', (text, reference) => {
  expect(parseReference(text)).toEqual(reference);
});

test.each([
  'hf:',
  'hf:x',
  'hf.co/',
  'hf.co/o',
  'hf.co/o/r/blob/main/README.md',
  'hf.co/o/r/discussions/3',
  'hf:o/r/model.safetensors',
  'hf:o/r:Q4_K_M/x',
  'hf.co/o/%zz',
  'https://',
  'http://[',
  'https://h/%zz.gguf',
  'file://%',
  'tier 9',
])('%s names nothing, and that is said', (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('luci ') }));
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

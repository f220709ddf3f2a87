import { expect, test } from 'vitest';
import { loadFailure } from './load-failure.ts';

/** What is said of a model that did not load. */

test.each([
  'FATAL ERROR: MarkCompactCollector: young object promotion failed Allocation failed - JavaScript heap out of memory',
  'std::bad_alloc',
  'ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 8589934592',
])('%s is a matter of the machine', (reason) => {
  expect(loadFailure('tiny', reason)).toMatchObject({ code: 'MEMORY_SHORT', hint: expect.stringContaining('--context 1024') });
});

test('a name can be verified, a path be looked at, and what is newer than the engine needs a newer one', () => {
  expect(loadFailure('my model', 'missing tensor')).toMatchObject({ code: 'ENGINE_FAILED', hint: 'luci verify "my model"' });
  expect(loadFailure('a b/x.gguf', new Error('missing tensor\nand more'))).toMatchObject({
    message: 'a b/x.gguf could not be loaded: missing tensor',
    hint: 'luci show "a b/x.gguf"\nluci search',
  });
  expect(loadFailure('x.gguf', "unknown tokenizer: 'new'").hint).toContain('newer llama-server');
});

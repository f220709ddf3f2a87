import { expect, test } from 'vitest';
import { withinGrammar } from './within-grammar.ts';

test('a server that makes a grammar itself is not given limits it would refuse or be busy with', () => {
  const text = { type: 'string' };
  const properties = {
    code: { ...text, pattern: '^[A-Z]{3}$', maxLength: 3 },
    open: { ...text, pattern: '[A-Z]{3}' },
    either: { ...text, pattern: '^a$|^b$' },
    ahead: { ...text, pattern: '^(?!a)b$' },
    slow: { ...text, pattern: '^((a|[a-z])+)+$', minLength: 2 },
    long: { ...text, maxLength: 100_000 },
    many: { type: 'array', items: { ...text, pattern: 'a' }, maxItems: 100_000, minItems: 1 },
    pattern: { enum: [{ pattern: 'a' }] },
  };
  expect(withinGrammar({ type: 'object', properties, required: ['code'] })).toEqual({
    type: 'object',
    properties: {
      code: properties.code,
      open: text,
      either: text,
      ahead: text,
      slow: { ...text, minLength: 2 },
      long: text,
      many: { type: 'array', items: text, minItems: 1 },
      pattern: properties.pattern,
    },
    required: ['code'],
  });
});

import { defineCommand } from '../command.ts';
import { listByTier } from './llm.ts';
import { describeModel } from './show.ts';

/** `luci models`: the catalogue, or one model of it. */
export const models = defineCommand({
  name: 'models',
  summary: 'the catalogue, or all about one model',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'the whole catalogue by tier', run: (context) => listByTier(context, 'all') }),
    defineCommand({
      name: 'info',
      operands: '[model]',
      example: 'llama3.2',
      summary: 'all about one model; without a name the catalogue',
      run: (context) => (context.operands[0] === undefined ? listByTier(context, 'all') : describeModel(context, context.operands[0])),
    }),
  ],
});

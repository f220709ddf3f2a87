import { defineCommand } from '../command.ts';
import { listByTier } from './llm.ts';
import { describeModel } from './show.ts';

/** `luci models`: the catalogue, or one model of it. */
export const models = defineCommand({
  name: 'models',
  isListed: false,
  summary: 'the catalogue, or all about one model',
  details:
    'The same as others under one name: "models list" is luci llm list all, "models info NAME" is luci show NAME. Installed models alone: luci list. By words: luci search.',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'the whole catalogue by tier', run: (context) => listByTier(context, 'all') }),
    defineCommand({
      name: 'info',
      modelsFrom: 'catalogue',
      operands: '[model]',
      example: 'llama3.2',
      summary: 'all about one model; without a name the catalogue',
      run: (context) => (context.operands[0] === undefined ? listByTier(context, 'all') : describeModel(context, context.operands[0])),
    }),
  ],
});

import { LuciError } from '../../base/errors.ts';
import type { Command } from '../command.ts';
import { llm } from './llm.ts';
import { showModel } from './show.ts';

/** `luci models`: the catalogue, or one model of it. */
export const models: Command = {
  name: 'models',
  operands: '[list] | info <model>',
  summary: 'the catalogue, or all about one model',
  run(context) {
    const [verb = 'list', ...rest] = context.operands;
    if (verb === 'list') return llm.run({ ...context, operands: ['list', 'all'] });
    if (verb === 'info' && rest.length === 0) return llm.run({ ...context, operands: ['list', 'all'] });
    if (verb === 'info') return showModel.run({ ...context, operands: rest });
    throw new LuciError('USAGE', `luci models has no "${verb}".`, { hint: `luci models info ${verb}` });
  },
};

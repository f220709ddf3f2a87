import { LuciError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';

/** `luci stop`: frees the memory models take. */
export const stop = defineCommand({
  name: 'stop',
  operands: '[model]',
  summary: 'unload a model, or end the engine process',
  options: { all: { summary: 'end the engine process with all it holds, as without a model' } },
  async run({ operands, options, luci, show }) {
    const [name] = operands;
    if (name !== undefined && options.all === true)
      throw new LuciError('USAGE', 'Name a model, or say --all, not both.', { hint: 'luci ps' });
    const { engine, models } = await luci();
    const stopped = await engine.stop(name === undefined ? undefined : (await models.choose(name)).name);
    if (show.json) show.data({ stopped });
    else
      show.note(
        stopped
          ? `${name ?? 'The engine'} is stopped.`
          : name === undefined
            ? 'No engine is running.'
            : `${name} is not in memory, or is at work.`,
      );
    return 0;
  },
});

import { LuciError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { engineSettings } from '../flags.ts';
import { forceOption, modelOption } from '../options.ts';
import { readPiped } from '../read-piped.ts';

/** `luci embed`: texts as vectors. */
export const embed = defineCommand({
  name: 'embed',
  operands: '[text...]',
  example: '"a text"',
  summary: 'turn texts into vectors',
  details:
    'The words are one text; without them each line of stdin is one. Each vector is one line: a JSON array of numbers, or with --json an object of text, vector and model. Without -m the smallest embedding model is taken, else the model that would answer. Vectors of one model can be compared with each other only.',
  options: { model: modelOption, force: forceOption },
  settings: engineSettings,
  async run(context) {
    const { options, operands, show, signal } = context;
    const texts = await readTexts(operands);
    const luci = await context.luci();
    const { name } = await luci.models.chooseForVectors(options.model);
    await using session = await luci.open(options.model ?? name, { signal, force: options.force });
    for (const text of texts) {
      const [vector = []] = await session.embed([text], signal);
      if (show.json) show.data({ text, vector, model: name });
      else show.data(vector);
    }
    return 0;
  },
});

async function readTexts(operands: readonly string[]): Promise<readonly string[]> {
  const given = operands.join(' ').trim();
  const texts = given === '' ? (await readPiped(false)).split(/\r?\n/) : [given];
  const said = texts.filter((text) => text.trim() !== '');
  if (said.length === 0) throw new LuciError('USAGE', 'There is no text.', { hint: 'luci embed "a text"' });
  return said;
}

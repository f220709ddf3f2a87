import type { Luci } from '../../app/luci.ts';
import { isLuciError } from '../../base/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { forceOption, samplingOptions, systemOption } from '../options.ts';
import { isTerminal } from '../show/output.ts';
import { thinkingOptions } from '../thinking-option.ts';
import { ask } from './ask.ts';
import { chat } from './chat.ts';

/** `luci run`: the model is made to be there, and then asked or talked with. */
export const run = defineCommand({
  name: 'run',
  modelsFrom: 'catalogue',
  operands: '<model> [question...]',
  example: 'llama3.2',
  summary: 'install a model if it is not there, then ask or chat',
  details:
    'With a question, or with one piped in, it is luci ask; without, it is luci chat. The name of a model as the command is the same: luci llama3.2 "Hello". Above 1 GB it is asked before anything is fetched; -y answers.',
  options: {
    system: systemOption,
    ...samplingOptions('as ask or chat has it'),
    ...thinkingOptions,
    force: forceOption,
  },
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const [name = '', ...question] = context.operands;
    const luci = await context.luci();
    const model = (await isMissing(luci, name)) ? await installMissing(luci, name, context) : name;
    if (model === undefined) return 0;
    const isChat = question.length === 0 && isTerminal(0);
    const options = { ...context.options, model };
    return (isChat ? chat : ask).run?.({ ...context, operands: question, options }) ?? 0;
  },
});

/** Whether the model would have to be installed. A disabled one, or one that is damaged, is told by what asks it. */
async function isMissing({ models }: Luci, name: string): Promise<boolean> {
  try {
    await models.choose(name);
    return false;
  } catch (error) {
    if (isLuciError(error, 'MODEL_NOT_INSTALLED') || isLuciError(error, 'MODEL_UNKNOWN')) return true;
    throw error;
  }
}

/** Installs it by the rules of `luci install`, told on stderr alone: the answer is the only result. Undefined where the person says no. */
async function installMissing(luci: Luci, name: string, context: CommandContext): Promise<string | undefined> {
  const { signal } = context;
  const show = { ...context.show, data: () => undefined, result: context.show.note };
  // Loaded here: with the model there, the first word comes sooner.
  const [{ installScreen, onAbortOf }, { fetchText, planText }] = await Promise.all([
    import('../install-models.ts'),
    import('../show/plan-text.ts'),
  ]);
  const prepared = await luci.installs.prepare([name], { signal });
  const { plan, files } = prepared;
  await luci.installs.requirePossible(plan);
  if (await luci.installs.needsConsent(plan)) {
    show.note(planText(plan, files, false, show.terminal));
    if (!(await confirm(`Fetch ${fetchText(plan)} now?`, context))) {
      show.note('Nothing was fetched.');
      return undefined;
    }
  }
  let installed = name;
  const screen = installScreen(show, plan, (model) => {
    installed = model.name;
  });
  try {
    await luci.installs.carryOut(prepared, { signal, onAbort: onAbortOf(luci), onEvent: screen.onEvent });
  } catch (error) {
    throw screen.explained(error);
  }
  return installed;
}

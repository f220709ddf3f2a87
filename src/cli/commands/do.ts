import type { TaskEnd, TaskEvent } from '../../assistant/run-task.ts';
import { LuciError } from '../../base/errors.ts';
import { decimalNumber, wholeNumber } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand, type OptionTable } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { likeliestSampling } from '../likeliest-sampling.ts';
import { forceOption, modelOption, samplingOptions, samplingRequest, systemOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { printableText } from '../show/text.ts';
import { callText } from '../show/tool-events.ts';
import { waitingLine } from '../show/waiting-line.ts';
import { thinkingOptions, thinkingRequest } from '../thinking-option.ts';
import { toolOptions } from '../tool-options.ts';

const defaultSteps = 16;
const defaultMinutes = 10;

/** What a model is told where nobody says more. */
const taskPrompt =
  'Carry out the task with the tools, step by step, and change nothing that it does not ask for. When it is done, say in one sentence what you did.';

const doOptions = {
  ...toolOptions,
  maxSteps: {
    kind: wholeNumber({ min: 1, max: 1000, example: '16' }),
    value: 'N',
    summary: `calls that are carried out; at one more the task ends (default ${defaultSteps})`,
  },
  maxMinutes: {
    kind: decimalNumber({ min: 0.01, max: 1440, example: '5' }),
    value: 'M',
    summary: `time for all of it (default ${defaultMinutes})`,
  },
  model: modelOption,
  system: { ...systemOption, summary: 'system prompt (default: to carry the task out and say what was done)' },
  ...samplingOptions('as the model’s makers advise, else 0'),
  ...thinkingOptions,
  force: forceOption,
} as const satisfies OptionTable;

/** `luci do`: a task in a folder, without anybody who answers. */
export const doTask = defineCommand({
  name: 'do',
  operands: '<task>...',
  example: '"Write the names of all files into list.txt" --root . --allow write',
  summary: 'have a model carry out a task in a folder, without questions',
  details:
    'The model works with the built-in file tools in the folder of --root and nowhere else. Nothing is asked: changes that --allow does not name are refused, and the model is told so. With --json each event is one line: step, call, result, refused, answer, and last end with its outcome. Exit status: 0 done, 2 a change was refused, 10 the steps or the time are used up; anything else is the error that ended it.',
  options: doOptions,
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show, signal } = context;
    const { root, allow = [], trustFiles, model, system = taskPrompt, maxSteps = defaultSteps, maxMinutes = defaultMinutes } = options;
    const task = operands.join(' ').trim();
    if (task === '') throw new LuciError('USAGE', 'The task is empty.', { hint: 'luci do --root . "Count the files"' });
    if (root === undefined)
      throw new LuciError('USAGE', 'Name the folder that the task is about with --root.', { hint: 'luci do --root . "Count the files"' });
    const luci = await context.luci();
    const [{ permittedTools }, { runTask }] = await Promise.all([
      import('../../assistant/permissions.ts'),
      import('../../assistant/run-task.ts'),
    ]);
    const permitted = permittedTools(await luci.builtInTools(root), { allowed: allow.flat(), areFilesTrusted: trustFiles === true });
    await requireModel(context);
    const { name } = await luci.models.choose(model);
    const { sampling, ...limits } = samplingRequest(options);
    using waiting = waitingLine(show);
    await using agent = luci.agent({ model, force: options.force, onLoad: waiting.onLoad });
    const query = { system, ...thinkingRequest(options), ...limits, sampling: likeliestSampling(name, sampling) };
    waiting.start();
    let end: TaskEnd | undefined;
    for await (const event of runTask(task, { ...permitted, agent, query, maxSteps, maxMs: maxMinutes * 60_000, signal })) {
      waiting.stop();
      if (event.type === 'end') end = event;
      showEvent(event, show);
      if (event.type === 'result' || event.type === 'refused') waiting.start();
    }
    // With --json the last line has told it.
    if (end?.error && !show.json) throw end.error;
    return end?.error?.exitCode ?? 0;
  },
});

async function requireModel(context: CommandContext<typeof doOptions>): Promise<void> {
  if (context.options.model !== undefined) return;
  const { requireAnyModel } = await import('../install-models.ts');
  await requireAnyModel(await context.luci(), context);
}

/** Calls and what came of them on stderr, the answer on stdout; with --json every event on stdout. */
function showEvent(event: TaskEvent, show: Show): void {
  const { style } = show.terminal;
  if (show.json) show.data(event);
  else if (event.type === 'call') show.note(style('dim', `  ${event.step}. ${callText(event)}`));
  else if (event.type === 'refused') show.note(style('care', '     not allowed'));
  else if (event.type === 'result' && event.isError) show.note(style('care', `     ${printableText(event.content)}`));
  else if (event.type === 'answer') show.result(event.text.trim());
}

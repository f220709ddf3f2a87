import { fstatSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { LuciError } from '../../base/errors.ts';
import { type Command, type CommandContext, type OptionValues, textOption } from '../command.ts';
import { engineOptions, engineOverrides, fetchOptions, fetchOverrides, numberOption } from '../options.ts';
import { isTerminal } from '../show/output.ts';

/** `luci ask`: one question, one answer. */
export const ask: Command = {
  name: 'ask',
  operands: '<question>',
  summary: 'ask a model one question',
  details:
    'The question comes from the argument, from stdin, or from both: what is piped in follows the argument. Without a model installed, the starter is fetched first.',
  options: {
    model: { type: 'string', short: 'm', value: 'NAME', summary: 'installed model, or path of a .gguf file (default: the best there is)' },
    system: { type: 'string', short: 's', value: 'TEXT', summary: 'system prompt (default: none)' },
    'max-tokens': { type: 'string', value: 'N', summary: 'longest answer, in tokens' },
    tier: { type: 'string', value: 'N', summary: 'the smallest model that has proven this tier (luci test)' },
    need: { type: 'string', value: 'WORD', summary: 'the smallest model that has proven code, json or tools' },
    temperature: {
      type: 'string',
      value: 'X',
      summary: 'how freely tokens are chosen (default 0: the likeliest, so the same question gets the same answer)',
    },
    seed: { type: 'string', value: 'N', summary: 'repeatable choice of tokens' },
    'keep-alive': { type: 'string', value: 'TIME', summary: 'how long the engine stays afterwards (default 5m, 0 not at all)' },
    ...engineOptions,
    ...fetchOptions,
  },
  async run(context) {
    const { options, operands, show, signal } = context;
    const request = {
      system: textOption(options, 'system') === undefined ? undefined : (textOption(options, 'system') ?? ''),
      ...optional('maxTokens', numberOption(options, 'max-tokens', { least: 1, whole: true })),
      sampling: {
        temperature: numberOption(options, 'temperature', { least: 0 }) ?? 0,
        ...optional('seed', numberOption(options, 'seed', { least: 0, whole: true })),
      },
    };
    const prompt = await readPrompt(operands);
    const luci = await context.luci({ ...fetchOverrides(options), ...engineOverrides(options) });
    const model = textOption(options, 'model');
    const need = needOf(options);
    if (model === undefined && need === undefined) {
      const { requireAnyModel } = await import('../install-models.ts');
      await requireAnyModel(luci, context);
    }
    const chosen = need ? (await luci.models.choose(model, need)).name : model;
    await using agent = luci.agent({ model: chosen });
    if (show.json) {
      const answer = await agent.answer(prompt, { ...request, signal });
      const { name } = await luci.models.choose(chosen);
      show.data({ model: name, ...answer });
      return 0;
    }
    await streamAnswer(context, agent.stream(prompt, { ...request, signal }));
    return 0;
  },
};

/** `--tier` and `--need`: what the model must have proven. */
function needOf(options: OptionValues): { tier?: number; ability?: 'code' | 'json' | 'tools' } | undefined {
  const tier = numberOption(options, 'tier', { least: 0, whole: true });
  const ability = textOption(options, 'need');
  if (ability !== undefined && ability !== 'code' && ability !== 'json' && ability !== 'tools')
    throw new LuciError('USAGE', `--need: "${ability}" is not one of code, json, tools`);
  if (tier === undefined && ability === undefined) return undefined;
  return { tier, ability };
}

/** Text as it comes; a line end after it, also when it is stopped in the middle. */
async function streamAnswer({ show }: CommandContext, events: AsyncIterable<{ type: string; text?: string }>): Promise<void> {
  let last = '';
  try {
    for await (const event of events) {
      if (event.type !== 'text' || !event.text) continue;
      // Models like to begin with a line end.
      const text = last === '' ? event.text.trimStart() : event.text;
      if (text === '') continue;
      show.stream(text);
      last = text;
    }
  } finally {
    if (last !== '' && !last.endsWith('\n')) show.stream('\n');
  }
}

/** The argument, then what is piped in. */
async function readPrompt(operands: readonly string[]): Promise<string> {
  const given = operands.join(' ');
  const fromArguments = given.trim() === '' ? '' : given;
  const piped = (await readPiped(fromArguments !== '')).trim();
  const prompt = [fromArguments, piped].filter((part) => part !== '').join('\n\n');
  if (prompt === '') throw new LuciError('USAGE', 'There is no question.', { hint: 'luci ask "What is the capital of France?"' });
  return prompt;
}

/** Text from a pipe or a file. With a question given, a socket as stdin is left alone: a program that started luci may never close it. */
async function readPiped(hasArgument: boolean): Promise<string> {
  if (isTerminal(0)) return ''; // Not process.stdin.isTTY: making the stream costs every question 1 ms.
  try {
    const stdin = fstatSync(0);
    if (hasArgument && !stdin.isFIFO() && !stdin.isFile()) return '';
  } catch {
    return ''; // stdin is closed.
  }
  return readAll(process.stdin);
}

function optional<K extends string, T>(name: K, value: T | undefined): { [key in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [key in K]?: T };
}

import { LuciError } from '../../base/errors.ts';
import { oneOf, wholeNumber } from '../../base/value-kinds.ts';
import type { LoadEvent } from '../../engine/engine.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { forceOption, modelOption, samplingOptions, systemOption } from '../options.ts';
import { readPiped } from '../read-piped.ts';
import type { Show } from '../show/show.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';

/** `luci ask`: one question, one answer. */
export const ask = defineCommand({
  name: 'ask',
  operands: '[question...]',
  example: '"What is the capital of France?"',
  summary: 'ask a model one question',
  details:
    'The question comes from the argument, from stdin, or from both: what is piped in follows the argument. Without a model installed, the starter is fetched first.',
  options: {
    model: modelOption,
    system: systemOption,
    ...samplingOptions('0: the likeliest, so the same question gets the same answer'),
    tier: { kind: wholeNumber(), value: 'N', summary: 'the smallest model that has proven this tier (luci test)' },
    need: { kind: oneOf(['code', 'json', 'tools']), value: 'WORD', summary: 'the smallest model that has proven code, json or tools' },
    ...thinkingOptions,
    raw: { summary: 'send the text as it is, without the model’s chat template: it is continued' },
    force: forceOption,
  },
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show, signal } = context;
    const { model, system, maxTokens, temperature = 0, seed, tier, need: ability } = options;
    const request = { system, maxTokens, raw: options.raw, ...thinkingRequest(options), sampling: { temperature, seed } };
    const prompt = await readPrompt(operands);
    const luci = await context.luci();
    const need = tier === undefined && ability === undefined ? undefined : { tier, ability };
    if (model === undefined && need === undefined) {
      const { requireAnyModel } = await import('../install-models.ts');
      await requireAnyModel(luci, context);
    }
    const chosen = need ? (await luci.models.choose(model, need)).name : model;
    await using agent = luci.agent({ model: chosen, force: options.force, onLoad: options.raw ? undefined : tellKind(show) });
    if (show.json) {
      const answer = await agent.answer(prompt, { ...request, signal });
      const { name } = await luci.models.choose(chosen);
      show.data({ model: name, ...answer });
      return 0;
    }
    await streamAnswer(context, agent.stream(prompt, { ...request, signal }), showsThinking(options));
    return 0;
  },
});

/** A base model is asked like any other, and does something else: that is said once. */
function tellKind({ note, terminal }: Show): (event: LoadEvent) => void {
  return ({ type, ...event }) => {
    if (type !== 'ready' || !('modelKind' in event) || event.modelKind !== 'base') return;
    note(terminal.style('dim', 'This is a base model: it continues the text. --raw says that it is meant.'));
  };
}

/** Text as it comes; a line end after it, also when it is stopped in the middle. */
async function streamAnswer(
  { show }: CommandContext,
  events: AsyncIterable<{ type: string; text?: string }>,
  isThinkingWanted: boolean,
): Promise<void> {
  const writer = answerWriter(show, isThinkingWanted && show.terminal.outIsTerminal);
  try {
    for await (const { type, text = '' } of events) writer.push(type, text);
  } finally {
    writer.end();
  }
  if (writer.isEmpty) show.note(show.terminal.style('dim', 'The answer is empty: the model ended it without a word.'));
}

function answerWriter({ stream, terminal }: Show, isThinkingShown: boolean) {
  let last = '';
  let isThinking = false;
  return {
    push(type: string, piece: string): void {
      if (type === 'thinking' && piece !== '' && isThinkingShown) {
        stream(terminal.style('dim', piece, 'out'));
        isThinking = true;
      }
      // Models like to begin with a line end.
      const text = last === '' ? piece.trimStart() : piece;
      if (type !== 'text' || text === '') return;
      if (isThinking) stream('\n\n');
      isThinking = false;
      stream(text);
      last = text;
    },
    get isEmpty(): boolean {
      return last === '';
    },
    end(): void {
      if (isThinking || (last !== '' && !last.endsWith('\n'))) stream('\n');
    },
  };
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

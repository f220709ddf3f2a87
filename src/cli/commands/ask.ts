import { fstatSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { Agent } from '../../agent/agent.ts';
import { LuciError } from '../../base/errors.ts';
import { oneOf, wholeNumber } from '../../base/value-kinds.ts';
import type { GenerationEvent } from '../../engine/engine.ts';
import { defineCommand } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { modelOption, samplingOptions, systemOption } from '../options.ts';
import { noteCut } from '../show/cut-answer.ts';
import { isTerminal } from '../show/output.ts';
import type { Show } from '../show/show.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
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
  },
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show, signal } = context;
    const { model, system, maxTokens, temperature = 0, seed, tier, need: ability } = options;
    const request = { system, maxTokens, ...thinkingRequest(options), sampling: { temperature, seed } };
    const prompt = await readPrompt(operands);
    const luci = await context.luci();
    const need = tier === undefined && ability === undefined ? undefined : { tier, ability };
    if (model === undefined && need === undefined) {
      const { requireAnyModel } = await import('../install-models.ts');
      await requireAnyModel(luci, context);
    }
    const chosen = need ? (await luci.models.choose(model, need)).name : model;
    const isThinkingShown = showsThinking(options) && show.terminal.outIsTerminal;
    using waiting = waitingLine(show, { isThinkingShown });
    await using agent = luci.agent({ model: chosen, onLoad: waiting.onLoad });
    waiting.start();
    if (show.json) {
      const answer = await agent.answer(prompt, { ...request, signal });
      const { name } = await luci.models.choose(chosen);
      waiting.stop();
      show.data({ model: name, ...answer });
      return 0;
    }
    const end = await streamAnswer(show, agent.stream(prompt, { ...request, signal }), { waiting, isThinkingShown });
    if (end) noteCut(show, end, maxTokens);
    return 0;
  },
});

/** Text as it comes; a line end after it, also when it is stopped in the middle. Returns the answer's end. */
async function streamAnswer(
  show: Show,
  events: ReturnType<Agent['stream']>,
  { waiting, isThinkingShown }: { readonly waiting: WaitingLine; readonly isThinkingShown: boolean },
): Promise<Extract<GenerationEvent, { type: 'end' }> | undefined> {
  const writer = answerWriter(show, isThinkingShown);
  try {
    for await (const event of events) {
      waiting.see(event);
      if (event.type === 'end') return event;
      if ('text' in event) writer.push(event.type, event.text);
    }
  } finally {
    waiting.stop();
    writer.end();
  }
  return undefined;
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

import type { Agent, QueryOptions } from '../../agent/agent.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText, duration, oneOf } from '../../base/value-kinds.ts';
import { withAdvice } from '../../catalog/advised-sampling.ts';
import type { GenerationEvent, JsonSchema, LoadEvent, Sampling } from '../../engine/engine.ts';
import { readSchema, withSchemaNamed } from '../answer-schema.ts';
import { defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { forceOption, modelOption, samplingOptions, samplingRequest, systemOption } from '../options.ts';
import { readQuestionFiles, withFilesNamed } from '../question-files.ts';
import { readPiped } from '../read-piped.ts';
import { noteCut } from '../show/cut-answer.ts';
import type { Show } from '../show/show.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';
import { timeLimit } from '../time-limit.ts';

const askOptions = {
  model: modelOption,
  system: systemOption,
  file: {
    kind: anyText('notes.txt'),
    value: 'FILE',
    multiple: true,
    summary: 'a text file put before the question; several times for several',
  },
  schema: { kind: anyText('answer.schema.json'), value: 'FILE', summary: 'answer with a JSON value of the JSON schema in this file' },
  timeout: { kind: duration('30s'), value: 'TIME', summary: 'give up after so long, with exit status 124; 0: never (default)' },
  ...samplingOptions('as the model’s makers advise, else 0: the likeliest; the same question gets the same answer'),
  tier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'the smallest model that has proven this tier (luci test)' },
  need: { kind: oneOf(['code', 'json', 'tools']), value: 'WORD', summary: 'the smallest model that has proven code, json or tools' },
  ...thinkingOptions,
  raw: { summary: 'send the text as it is, without the model’s chat template: it is continued' },
  force: forceOption,
} as const satisfies OptionTable;

/** `luci ask`: one question, one answer. */
export const ask = defineCommand({
  name: 'ask',
  operands: '[question...]',
  example: '"What is the capital of France?"',
  summary: 'ask a model one question',
  details:
    'The question comes from the argument, from stdin, or from both: what is piped in goes before the argument, so that a second question about it need not read it again; files of --file go before both, each below its name. Without a model installed, the starter is fetched first.',
  options: askOptions,
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show } = context;
    const { model, system, tier, need: ability, file: files = [] } = options;
    if (model !== undefined && (tier !== undefined || ability !== undefined))
      throw new LuciError('USAGE', '--model names the model, and --tier and --need choose one; not both.', { hint: 'luci list' });
    const prompt = await readPrompt(operands, files);
    const schema = options.schema === undefined ? undefined : await readSchema(options.schema);
    const luci = await context.luci();
    const need = tier === undefined && ability === undefined ? undefined : { tier, ability };
    if (model === undefined && need === undefined) {
      const { requireAnyModel } = await import('../install-models.ts');
      await requireAnyModel(luci, context);
    }
    const { name } = await luci.models.choose(model, need);
    const chosen = need ? name : model;
    const { sampling, ...limits } = samplingRequest(options);
    using limit = timeLimit(context.signal, options.timeout);
    const request = {
      system,
      raw: options.raw,
      ...thinkingRequest(options),
      ...limits,
      sampling: samplingOf(name, sampling),
      signal: limit.signal,
    };
    const isThinkingShown = showsThinking(options) && show.terminal.outIsTerminal;
    using waiting = waitingLine(show, { isThinkingShown });
    const onLoad = (event: LoadEvent): void => {
      waiting.onLoad(event);
      if (!options.raw) tellKind(event, show);
    };
    await using agent = luci.agent({ model: chosen, force: options.force, onLoad });
    waiting.start();
    try {
      await answerOne({ agent, name, prompt, request, schema, options, show, waiting, isThinkingShown });
    } catch (error) {
      throw withFilesNamed(error, files);
    }
    return 0;
  },
});

/** One question, with what it is asked by and how its answer is shown. */
interface Asked {
  readonly agent: Agent;
  readonly name: string;
  readonly prompt: string;
  readonly request: QueryOptions;
  readonly schema: JsonSchema | undefined;
  readonly options: OptionValues<typeof askOptions>;
  readonly show: Show;
  readonly waiting: WaitingLine;
  readonly isThinkingShown: boolean;
}

async function answerOne({ agent, name, prompt, request, schema, options, show, waiting, isThinkingShown }: Asked): Promise<void> {
  if (schema !== undefined) {
    const value = await agent.json(prompt, schema, request).catch((error: unknown) => {
      throw withSchemaNamed(error, options.schema ?? '');
    });
    waiting.stop();
    show.data(show.json ? { model: name, value } : value);
  } else if (show.json) {
    const answer = await agent.answer(prompt, request);
    waiting.stop();
    show.data({ model: name, ...answer });
  } else {
    const end = await streamAnswer(show, agent.stream(prompt, request), { waiting, isThinkingShown });
    if (end) noteCut(show, end, options.maxTokens);
  }
}

/** As the makers advise where they do, else the likeliest tokens. The same question gets the same answer, unless it was asked to be otherwise. */
function samplingOf(name: string, asked: Sampling): Sampling {
  const advised = withAdvice(name, asked);
  return {
    ...advised,
    temperature: advised.temperature ?? 0,
    seed: asked.seed ?? (asked.temperature === undefined && advised.temperature ? 0 : undefined),
  };
}

/** A base model is asked like any other, and does something else: that is said once. */
function tellKind(event: LoadEvent, { note, terminal }: Show): void {
  if (event.type !== 'ready' || event.modelKind !== 'base') return;
  note(terminal.style('dim', 'This is a base model: it continues the text. --raw says that it is meant.'));
}

/** Text as it comes; a line end after it, also when it is stopped in the middle. Returns the answer's end. */
async function streamAnswer(
  show: Show,
  events: ReturnType<Agent['stream']>,
  { waiting, isThinkingShown }: { readonly waiting: WaitingLine; readonly isThinkingShown: boolean },
): Promise<Extract<GenerationEvent, { type: 'end' }> | undefined> {
  const writer = answerWriter(show, isThinkingShown);
  let end: Extract<GenerationEvent, { type: 'end' }> | undefined;
  try {
    for await (const event of events) {
      waiting.see(event);
      if (event.type === 'end') end = event;
      else if ('text' in event) writer.push(event.type, event.text);
    }
  } finally {
    waiting.stop();
    writer.end();
  }
  if (writer.isEmpty && end?.reason === 'stop')
    show.note(show.terminal.style('dim', 'The answer is empty: the model ended it without a word.'));
  return end;
}

function answerWriter({ stream, endStream }: Show, isThinkingShown: boolean) {
  let last = '';
  let isThinking = false;
  return {
    push(type: string, piece: string): void {
      if (type === 'thinking' && piece !== '' && isThinkingShown) {
        stream(piece, 'dim');
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
      endStream();
    },
  };
}

/** Files, what is piped in, then the argument: a document that was read is still in the KV cache for the next question about it. */
async function readPrompt(operands: readonly string[], files: readonly string[]): Promise<string> {
  const given = operands.join(' ');
  const fromArguments = given.trim() === '' ? '' : given;
  const piped = (await readPiped(fromArguments !== '')).trim();
  if (piped === '' && fromArguments === '')
    throw new LuciError('USAGE', 'There is no question.', { hint: 'luci ask "What is the capital of France?"' });
  return [await readQuestionFiles(files), piped, fromArguments].filter((part) => part !== '').join('\n\n');
}

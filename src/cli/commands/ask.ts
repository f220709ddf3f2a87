import type { Agent, Answer, QueryOptions } from '../../agent/agent.ts';
import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText, duration, oneOf } from '../../base/value-kinds.ts';
import type { GenerationEvent, JsonSchema, LoadEvent } from '../../engine/engine.ts';
import { readSchema, withSchemaNamed } from '../answer-schema.ts';
import { type CommandContext, defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { likeliestSampling } from '../likeliest-sampling.ts';
import { forceOption, modelOption, samplingOptions, samplingRequest, systemOption } from '../options.ts';
import { readQuestionFiles, withFilesNamed } from '../question-files.ts';
import type { QuestionTools } from '../question-tools.ts';
import type { answerWithQuotes } from '../quoted-question.ts';
import { readPiped } from '../read-piped.ts';
import { noteCut } from '../show/cut-answer.ts';
import { useMarkdown } from '../show/markdown/use-markdown.ts';
import type { Show } from '../show/show.ts';
import { isToolEvent, noteToolEvent } from '../show/tool-events.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';
import { timeLimit } from '../time-limit.ts';
import { checkToolFlags, mcpOption, toolOptions } from '../tool-options.ts';
import type { Asked as AskedWithin, WithinQuestion } from '../within-question.ts';

const askOptions = {
  model: modelOption,
  system: systemOption,
  file: {
    kind: anyText('notes.txt'),
    short: 'f',
    value: 'FILE',
    multiple: true,
    summary: 'a text file put before the question; several times for several',
  },
  fit: {
    kind: oneOf(['head', 'tail', 'map']),
    value: 'HOW',
    summary: 'what is read of files that do not fit the context: head or tail, or map: all of it, asked in parts and joined',
  },
  quote: { summary: 'each sentence with words of the file and where they stand, held against its bytes; the others are marked' },
  schema: { kind: anyText('answer.schema.json'), value: 'FILE', summary: 'answer with a JSON value of the JSON schema in this file' },
  timeout: { kind: duration('30s'), value: 'TIME', summary: 'give up after so long, with exit status 124; 0: never (default)' },
  within: {
    kind: duration('20s'),
    value: 'TIME',
    summary: 'answer in this time: no more of a text is read, and no longer an answer written, than there is time for',
  },
  ...samplingOptions('as the model’s makers advise, else 0: the likeliest; the same question gets the same answer'),
  tier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'the smallest model that has proven this tier (luci test)' },
  need: { kind: oneOf(['code', 'json', 'tools']), value: 'WORD', summary: 'the smallest model that has proven code, json or tools' },
  ...thinkingOptions,
  tools: {
    summary:
      'let the model use the built-in file tools, and those of mcp.json, for this question; changes are asked for, off a terminal refused',
  },
  ...toolOptions,
  mcp: mcpOption,
  raw: { summary: 'send the text as it is, without the model’s chat template: it is continued' },
  receipt: {
    kind: anyText('receipt.json'),
    value: 'FILE',
    summary: 'write a signed receipt there, which luci replay confirms; slower on a busy machine',
  },
  force: forceOption,
} as const satisfies OptionTable;

/** `luci ask`: one question, one answer. */
export const ask = defineCommand({
  name: 'ask',
  operands: '[question...]',
  example: '"What is the capital of France?"',
  summary: 'ask a model one question',
  details:
    'The question comes from the argument, from stdin, or from both: what is piped in goes before the argument, so that a second question about it need not read it again; files of --file go before both, each below its name. With --tools the model works with the files of a folder; off a terminal a change that --allow does not name is refused, and the exit status is 2. Without a model installed, the starter is fetched first.',
  options: askOptions,
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show } = context;
    const { system, file: files = [] } = options;
    checkModelFlags(options);
    checkToolFlags(options);
    const within = options.within === undefined ? undefined : await withinOf(options, options.within);
    const quoted = options.quote ? await quoteOf(options) : undefined;
    const asked = await readPrompt(operands, quoted ? [] : files);
    const schema = options.schema === undefined ? undefined : await readSchema(options.schema);
    const receipt = options.receipt === undefined ? undefined : (await import('../receipt-file.ts')).receiptFile(options.receipt);
    const luci = await context.luci();
    const { name, chosen } = await modelFor(context, luci, within);
    const { sampling, ...limits } = samplingRequest(options);
    using limit = timeLimit(context.signal, options.timeout);
    const isThinkingShown = showsThinking(options) && show.terminal.outIsTerminal;
    using waiting = waitingLine(show, { isThinkingShown });
    await using permitted = await toolsFor(context, luci, waiting);
    const request = {
      system,
      raw: options.raw,
      ...thinkingRequest(options),
      ...limits,
      sampling: likeliestSampling(name, sampling),
      tools: permitted?.tools,
      confirm: permitted?.confirm,
      guided: true,
      words: asked.question,
      ...receipt?.request(likeliestSampling(name, sampling)),
      signal: limit.signal,
    };
    const onLoad = (event: LoadEvent): void => {
      waiting.onLoad(event);
      if (!options.raw) tellKind(event, show);
    };
    await using agent = luci.agent({ model: chosen, force: options.force, onLoad, onAnswer: receipt?.onAnswer });
    waiting.start();
    try {
      if (quoted) {
        const question = [asked.text, asked.question].filter(Boolean).join('\n\n');
        await quoted({ files, question, name, model: chosen, force: options.force, luci, agent, request, waiting, show });
        return 0;
      }
      if (within) {
        const { fit, force } = options;
        await answerInTime(within, { ...asked, fit, luci, agent, request, model: chosen, force, show, waiting }, { name, isThinkingShown });
        return 0;
      }
      const prompt = await fittedPrompt(asked, { context, luci, agent, request, model: chosen, waiting });
      await answerOne({ agent, name, prompt, request, schema, options, show, waiting, isThinkingShown });
      await receipt?.write((answer) => luci.receipts.sign(chosen, answer));
    } catch (error) {
      throw withFilesNamed(error, files);
    }
    permitted?.requireAllowed();
    return 0;
  },
});

type AskOptions = OptionValues<typeof askOptions>;

/** Throws USAGE where a model is named and chosen as well. */
function checkModelFlags({ model, tier, need }: AskOptions): void {
  if (model !== undefined && (tier !== undefined || need !== undefined))
    throw new LuciError('USAGE', '--model names the model, and --tier and --need choose one; not both.', { hint: 'luci list' });
}

/** The name of the model that is asked, and what it is opened by: as it was typed where it was. */
async function modelFor(
  context: CommandContext<typeof askOptions>,
  luci: Luci,
  within: WithinQuestion | undefined,
): Promise<{ readonly name: string; readonly chosen: string | undefined }> {
  const { model, tier, need: ability } = context.options;
  const need = tier === undefined && ability === undefined ? undefined : { tier, ability };
  const isNamed = model !== undefined || need !== undefined;
  if (!isNamed) {
    const { requireAnyModel } = await import('../install-models.ts');
    await requireAnyModel(luci, context);
  }
  const first = await luci.models.choose(model, need);
  const { name } = within ? await within.choose(luci, first, isNamed) : first;
  return { name, chosen: need || name !== first.name ? name : model };
}

/** How a question with quotes is answered; loaded for it alone. */
async function quoteOf(options: AskOptions): Promise<typeof answerWithQuotes> {
  const quoted = await import('../quoted-question.ts');
  quoted.checkQuoteFlags(options);
  return quoted.answerWithQuotes;
}

/** How a question with a time is answered; loaded for it alone. */
async function withinOf(options: AskOptions, seconds: number): Promise<WithinQuestion> {
  const { checkWithinFlags, withinQuestion } = await import('../within-question.ts');
  checkWithinFlags(options);
  return withinQuestion(seconds);
}

/** The answer that there is time for. */
async function answerInTime(
  within: WithinQuestion,
  asked: AskedWithin,
  { name, isThinkingShown }: { readonly name: string; readonly isThinkingShown: boolean },
): Promise<void> {
  const { show, waiting, request } = asked;
  if (show.json) {
    const answer = await within.answer(asked);
    waiting.stop();
    return show.data({ model: name, ...answer });
  }
  await useMarkdown(show);
  const end = await streamAnswer(show, within.stream(asked), { waiting, isThinkingShown });
  if (end) noteCut(show, end, request.maxTokens);
}

/** What is asked: with --fit the text is made to fit first, else it is asked as it is. */
async function fittedPrompt(
  { text, question }: AskedText,
  how: {
    readonly context: CommandContext<typeof askOptions>;
    readonly luci: Luci;
    readonly agent: Agent;
    readonly request: QueryOptions;
    readonly model: string | undefined;
    readonly waiting: WaitingLine;
  },
): Promise<string> {
  const { context, ...rest } = how;
  const { fit, force } = context.options;
  if (fit === undefined || text === '') return [text, question].filter((part) => part !== '').join('\n\n');
  const { askableText } = await import('../askable-text.ts');
  return askableText({ text, question, way: fit }, { ...rest, context, force });
}

/** The tools of the question, where it has any; loaded for it alone. */
async function toolsFor(context: CommandContext<typeof askOptions>, luci: Luci, waiting: WaitingLine): Promise<QuestionTools | undefined> {
  const { tools, root = '.', allow, trustFiles, mcp } = context.options;
  if (tools === undefined) return undefined;
  const { openQuestionTools } = await import('../question-tools.ts');
  return openQuestionTools(context, { luci, root, allow, areFilesTrusted: trustFiles === true, mcp, onQuestion: () => waiting.stop() });
}

/** One question, with what it is asked by and how its answer is shown. */
interface Asked {
  readonly agent: Agent;
  readonly name: string;
  readonly prompt: string;
  readonly request: QueryOptions;
  readonly schema: JsonSchema | undefined;
  readonly options: AskOptions;
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
    const answer = await (request.tools ? answerWithCalls(agent, prompt, request) : agent.answer(prompt, request));
    waiting.stop();
    show.data({ model: name, ...answer });
  } else {
    if (!options.raw) await useMarkdown(show);
    const end = await streamAnswer(show, agent.stream(prompt, request), { waiting, isThinkingShown });
    if (end) noteCut(show, end, options.maxTokens);
  }
}

async function answerWithCalls(agent: Agent, prompt: string, request: QueryOptions): Promise<Answer> {
  const { collectWithCalls } = await import('../../assistant/question-calls.ts');
  return collectWithCalls(agent.stream(prompt, request));
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
      if (event.type === 'tool-result') waiting.start();
      else waiting.see(event);
      if (event.type === 'end') end = event;
      else if ('text' in event) writer.push(event.type, event.text);
      else if (isToolEvent(event)) {
        writer.pause();
        noteToolEvent(event, show);
      }
    }
  } finally {
    waiting.stop();
    writer.end();
  }
  if (writer.isEmpty && end?.reason === 'stop')
    show.note(show.terminal.style('dim', 'The answer is empty: the model ended it without a word.'));
  return end;
}

function answerWriter({ stream, endAnswer }: Show, isThinkingShown: boolean) {
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
      if (isThinking) stream('\n\n', 'dim');
      isThinking = false;
      stream(text);
      last = text;
    },
    /** What follows is a text of its own. */
    pause(): void {
      if (last !== '' && !last.endsWith('\n')) stream('\n');
      last = '';
    },
    get isEmpty(): boolean {
      return last === '';
    },
    end: endAnswer,
  };
}

/** What a question is about, and the question itself. */
interface AskedText {
  readonly text: string;
  readonly question: string;
}

/** Files, what is piped in, then the argument: a document that was read is still in the KV cache for the next question about it. */
async function readPrompt(operands: readonly string[], files: readonly string[]): Promise<AskedText> {
  const given = operands.join(' ');
  const fromArguments = given.trim() === '' ? '' : given;
  const piped = (await readPiped(fromArguments !== '')).trim();
  if (piped === '' && fromArguments === '')
    throw new LuciError('USAGE', 'There is no question.', { hint: 'luci ask "What is the capital of France?"' });
  const before = fromArguments === '' ? [] : [piped];
  const text = [await readQuestionFiles(files), ...before].filter((part) => part !== '').join('\n\n');
  return { text, question: fromArguments || piped };
}

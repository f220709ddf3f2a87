import type { AgentEvent } from '../../agent/tool-loop.ts';
import type { ChatSession } from '../../app/chats.ts';
import type { Luci } from '../../app/luci.ts';
import { stopError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText } from '../../base/value-kinds.ts';
import type { GenerationEvent } from '../../engine/engine.ts';
import type { Prompt } from '../chat/prompt.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { forceOption, modelOption, samplingOptions, samplingRequest, systemOption } from '../options.ts';
import { noteCut } from '../show/cut-answer.ts';
import type { Show } from '../show/show.ts';
import { printable, printableText } from '../show/text.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';

/** `luci chat`: a conversation. */
export const chat = defineCommand({
  name: 'chat',
  operands: '[model]',
  example: 'llama3.2',
  summary: 'talk with a model',
  details:
    'Streams answers and remembers what was said, within the context of the model. /help lists what can be done; Ctrl+C stops an answer, Ctrl+D leaves. "memory", "models" and "list ." are answered without a model. Off a terminal each line of stdin is one message, and one that got no answer sets the exit status; with --json each answer is one line.',
  options: {
    model: modelOption,
    system: systemOption,
    tools: { kind: anyText('.'), value: 'FOLDER', summary: 'let the model work with the files of a folder' },
    ...samplingOptions('as the model’s makers advise, else 0.7'),
    ...thinkingOptions,
    force: forceOption,
  },
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show } = context;
    checkOneModel(options.model, operands[0]);
    const luci = await context.luci();
    const { model = operands[0], system, maxTokens, tools: folder } = options;
    // Loaded here: every other command starts without it.
    const parts = await import('../chat/parts.ts');
    if (model === undefined) await parts.requireAnyModel(luci, context);
    const isTerminal = process.stdin.isTTY === true && show.terminal.errIsTerminal;
    using prompt = parts.openPrompt({ isTerminal, hint: 'Ctrl+D leaves.', signal: context.signal });
    const isThinkingShown = showsThinking(options) && show.terminal.outIsTerminal;
    using waiting = waitingLine(show, { isThinkingShown });
    await using session = await luci.chats.begin({
      onLoad: waiting.onLoad,
      model,
      system,
      ...samplingRequest(options),
      force: options.force,
      ...thinkingRequest(options),
      confirm: ({ name, arguments: args }) => prompt.confirm(`Allow ${name} ${printable(JSON.stringify(args))}?`),
    });
    if (folder !== undefined) await session.useTools(folder);
    if (isTerminal) show.note(show.terminal.style('dim', `${printable(session.model)}. /help lists what can be done, Ctrl+D leaves.`));
    const failed = await takeLines({ session, prompt, parts, luci, context, waiting, isThinkingShown, maxTokens });
    if (isTerminal) show.note('');
    // Off a terminal nobody watches: the exit status tells what `ask` would.
    return isTerminal ? 0 : (failed?.exitCode ?? 0);
  },
});

function checkOneModel(option: string | undefined, operand: string | undefined): void {
  if (option !== undefined && operand !== undefined)
    throw new LuciError('USAGE', `Two models are named: "${option}" and "${operand}".`, { hint: 'luci chat -m NAME' });
}

/** What a line is answered with. */
interface Talking {
  readonly session: ChatSession;
  readonly prompt: Prompt;
  readonly parts: typeof import('../chat/parts.ts');
  readonly luci: Luci;
  readonly context: CommandContext;
  readonly waiting: WaitingLine;
  readonly isThinkingShown: boolean;
  readonly maxTokens: number | undefined;
}

/** Line by line to the end. Returns the error of the first message that got no answer. */
async function takeLines(talking: Talking): Promise<LuciError | undefined> {
  const { prompt, context } = talking;
  let failed: LuciError | undefined;
  for (let text = await prompt.next(); text !== undefined; text = await prompt.next()) {
    try {
      if (!(await takeLine(text, talking))) break;
    } catch (error) {
      // One wrong word, one model that does not load: the chat goes on.
      if (prompt.stopped.aborted || !(error instanceof LuciError)) throw error;
      context.show.error(error, false);
      if (!text.startsWith('/')) failed ??= error;
    }
  }
  return failed;
}

/** Runs a command, tells what luci knows itself, or asks the model. Returns whether the chat goes on. */
async function takeLine(text: string, talking: Talking): Promise<boolean> {
  const { session, parts, luci, context } = talking;
  const { show } = context;
  if (text.trim() === '') return true;
  // As at every other prompt.
  if (/^(exit|quit)$/i.test(text.trim())) return false;
  if (text.startsWith('/')) return parts.runChatCommand(text, { session, show });
  const known = await parts.localAnswer(text, luci, show.terminal);
  if (known === undefined) await answer(text, talking);
  else if (show.json) show.data({ type: 'local', text: known });
  else show.result(known);
  return true;
}

/** An answer as far as it came. */
interface Said {
  text: string;
  thinking: string;
}

async function answer(text: string, { session, prompt, context, waiting, isThinkingShown, maxTokens }: Talking): Promise<void> {
  const { show } = context;
  const stopper = new AbortController();
  prompt.onInterrupt = () => stopper.abort(stopError('CANCELLED'));
  const forgotten = session.forgottenTurns;
  const said: Said = { text: '', thinking: '' };
  let end: Extract<GenerationEvent, { type: 'end' }> | undefined;
  waiting.start();
  try {
    for await (const event of session.send(text, AbortSignal.any([prompt.stopped, stopper.signal]))) {
      if (event.type === 'tool-result') waiting.start();
      else waiting.see(event);
      if (event.type === 'end') end = event;
      showEvent(event, said, { show, session, isThinkingShown });
    }
  } catch (error) {
    waiting.stop();
    if (!stopper.signal.aborted) throw error;
    show.note(`${isMidLine(said.text) ? '\n' : ''}(stopped)`);
    said.text = '';
  } finally {
    waiting.stop();
    prompt.onInterrupt = undefined;
    show.endStream();
    if (isMidLine(said.text) && !show.json) show.stream('\n');
    tellForgotten(session.forgottenTurns - forgotten, show);
  }
  if (end) noteCut(show, end, maxTokens);
}

function isMidLine(text: string): boolean {
  return text !== '' && !text.endsWith('\n');
}

interface AnswerView {
  readonly show: Show;
  readonly session: ChatSession;
  readonly isThinkingShown: boolean;
}

function showEvent(event: AgentEvent, said: Said, view: AnswerView): void {
  const { show } = view;
  const { style } = show.terminal;
  if (event.type === 'thinking') sayThinking(event.text, said, view);
  else if (event.type === 'text') sayText(event.text, said, view);
  else if (event.type === 'tool-call') show.note(style('dim', `  ${event.call.name} ${printable(JSON.stringify(event.call.arguments))}`));
  // What the model is told of a call that cannot be used is nothing for the person.
  else if (event.type === 'tool-result' && event.result.isError && !event.result.facts?.unusable)
    show.note(style('care', `  ${printableText(event.result.content)}`));
  else if (event.type === 'end') endAnswer(event, said, view);
}

function sayThinking(text: string, said: Said, { show, isThinkingShown }: AnswerView): void {
  if (isThinkingShown && !show.json) show.stream(text, 'dim');
  said.thinking += text;
}

function sayText(text: string, said: Said, { show, isThinkingShown }: AnswerView): void {
  const isFirst = said.text === '';
  const piece = isFirst ? text.trimStart() : text;
  const gap = isThinkingShown && isFirst && said.thinking !== '' ? '\n\n' : '';
  if (!show.json) show.stream(gap + piece);
  said.text += piece;
}

function endAnswer({ reason, usage }: Extract<AgentEvent, { type: 'end' }>, { text, thinking }: Said, { show, session }: AnswerView): void {
  session.lastUsage = usage;
  if (!show.json) return;
  show.data({ type: 'answer', model: session.model, text, thinking: thinking === '' ? undefined : thinking, reason, usage });
}

/** What the model no longer knows is never left out without a word. */
function tellForgotten(turns: number, { note, terminal }: CommandContext['show']): void {
  if (turns <= 0) return;
  note(terminal.style('dim', `(the context is full: the first ${turns === 1 ? 'question was' : `${turns} questions were`} left out)`));
}

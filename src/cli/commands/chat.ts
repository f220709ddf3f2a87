import type { ChatSession } from '../../app/chats.ts';
import { stopError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText } from '../../base/value-kinds.ts';
import type { GenerationEvent } from '../../engine/engine.ts';
import type { Prompt } from '../chat/prompt.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { modelOption, samplingOptions, systemOption } from '../options.ts';
import { noteCut } from '../show/cut-answer.ts';
import { printable } from '../show/text.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';

/** `luci chat`: a conversation. */
export const chat = defineCommand({
  name: 'chat',
  operands: '[model]',
  example: 'llama3.2',
  summary: 'talk with a model',
  details:
    'Streams answers and remembers what was said, within the context of the model. /help lists what can be done; Ctrl+C stops an answer, Ctrl+D leaves. "memory", "models" and "list ." are answered without a model. Off a terminal each line of stdin is one message; with --json each answer is one line.',
  options: {
    model: modelOption,
    system: systemOption,
    tools: { kind: anyText('.'), value: 'FOLDER', summary: 'let the model work with the files of a folder' },
    ...samplingOptions('0.7'),
    ...thinkingOptions,
  },
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show } = context;
    if (options.model !== undefined && operands[0] !== undefined)
      throw new LuciError('USAGE', `Two models are named: "${options.model}" and "${operands[0]}".`, { hint: 'luci chat -m NAME' });
    const luci = await context.luci();
    const { model = operands[0], system, maxTokens, temperature = 0.7, seed, tools: folder } = options;
    // Loaded here: every other command starts without it.
    const { localAnswer, openPrompt, requireAnyModel, runChatCommand } = await import('../chat/parts.ts');
    if (model === undefined) await requireAnyModel(luci, context);
    const isTerminal = process.stdin.isTTY === true && show.terminal.errIsTerminal;
    using prompt = openPrompt({ isTerminal, hint: 'Ctrl+D leaves.', signal: context.signal });
    const isThinkingShown = showsThinking(options) && show.terminal.outIsTerminal;
    using waiting = waitingLine(show, { isThinkingShown });
    await using session = await luci.chats.begin({
      onLoad: waiting.onLoad,
      model,
      sampling: { temperature, seed },
      system,
      maxTokens,
      ...thinkingRequest(options),
      confirm: ({ name, arguments: args }) => prompt.confirm(`Allow ${name} ${printable(JSON.stringify(args))}?`),
    });
    if (folder !== undefined) await session.useTools(folder);
    if (isTerminal) show.note(show.terminal.style('dim', `${printable(session.model)}. /help lists what can be done, Ctrl+D leaves.`));
    for (let text = await prompt.next(); text !== undefined; text = await prompt.next()) {
      if (text.trim() === '') continue;
      try {
        if (text.startsWith('/')) {
          if (!(await runChatCommand(text, { session, show }))) break;
          continue;
        }
        const known = await localAnswer(text, luci, show.terminal);
        if (known !== undefined && show.json) show.data({ type: 'local', text: known });
        else if (known !== undefined) show.result(known);
        else await answer(text, session, prompt, { show, waiting, isThinkingShown, maxTokens });
      } catch (error) {
        // One wrong word, one model that does not load: the chat goes on.
        if (prompt.stopped.aborted || !(error instanceof LuciError)) throw error;
        show.error(error, false);
      }
    }
    if (isTerminal) show.note('');
    return 0;
  },
});

/** How an answer is shown. */
interface Answering {
  readonly show: CommandContext['show'];
  readonly waiting: WaitingLine;
  readonly isThinkingShown: boolean;
  readonly maxTokens: number | undefined;
}

async function answer(
  text: string,
  session: ChatSession,
  prompt: Prompt,
  { show, waiting, isThinkingShown, maxTokens }: Answering,
): Promise<void> {
  const stopper = new AbortController();
  prompt.onInterrupt = () => stopper.abort(stopError('CANCELLED'));
  let said = '';
  let thought = '';
  let end: Extract<GenerationEvent, { type: 'end' }> | undefined;
  waiting.start();
  try {
    for await (const event of session.send(text, AbortSignal.any([prompt.stopped, stopper.signal]))) {
      if (event.type === 'tool-result') waiting.start();
      else waiting.see(event);
      if (event.type === 'thinking') {
        if (isThinkingShown && !show.json) show.stream(show.terminal.style('dim', event.text, 'out'));
        thought += event.text;
      } else if (event.type === 'text') {
        if (isThinkingShown && said === '' && thought !== '' && !show.json) show.stream('\n\n');
        const piece = said === '' ? event.text.trimStart() : event.text;
        if (!show.json) show.stream(piece);
        said += piece;
      } else if (event.type === 'tool-call')
        show.note(show.terminal.style('dim', `  ${event.call.name} ${printable(JSON.stringify(event.call.arguments))}`));
      // What the model is told of a call that cannot be used is nothing for the person.
      else if (event.type === 'tool-result' && event.result.isError && !event.result.facts?.unusable)
        show.note(show.terminal.style('care', `  ${printable(event.result.content)}`));
      else if (event.type === 'end') {
        session.lastUsage = event.usage;
        end = event;
        if (show.json)
          show.data({
            type: 'answer',
            model: session.model,
            text: said,
            thinking: thought === '' ? undefined : thought,
            reason: event.reason,
            usage: event.usage,
          });
      }
    }
  } catch (error) {
    waiting.stop();
    if (!stopper.signal.aborted) throw error;
    show.note(`${said === '' || said.endsWith('\n') ? '' : '\n'}(stopped)`);
    said = '';
  } finally {
    waiting.stop();
    prompt.onInterrupt = undefined;
    if (said !== '' && !said.endsWith('\n') && !show.json) show.stream('\n');
  }
  if (end) noteCut(show, end, maxTokens);
}

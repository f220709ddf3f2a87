import { join } from 'node:path';
import type { ChatSession } from '../../app/chat-session.ts';
import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText } from '../../base/value-kinds.ts';
import type { ChatCommandContext, ChatView } from '../chat/chat-command.ts';
import type { Permissions } from '../chat/permissions.ts';
import { defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { forceOption, modelOption, samplingOptions, samplingRequest, systemOption } from '../options.ts';
import type { OutsideTools } from '../outside-tools.ts';
import { useMarkdown } from '../show/markdown/use-markdown.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';
import { waitingLine } from '../show/waiting-line.ts';
import { showsThinking, thinkingOptions, thinkingRequest } from '../thinking-option.ts';
import { mcpOption } from '../tool-options.ts';

const chatOptions = {
  model: modelOption,
  system: systemOption,
  continue: { short: 'c', summary: 'go on with the newest chat' },
  resume: {
    kind: anyText('trip'),
    value: '[ID|TEXT]',
    otherwise: '',
    summary: 'go on with a kept chat, by its id or a word of it; alone, it is chosen from a list',
  },
  noSave: { summary: 'write nothing: neither the chat nor the lines that are typed' },
  tools: { kind: anyText('.'), value: 'FOLDER', summary: 'let the model work with the files of a folder' },
  mcp: mcpOption,
  ...samplingOptions('as the model’s makers advise, else 0.7'),
  ...thinkingOptions,
  force: forceOption,
} as const satisfies OptionTable;

type Options = OptionValues<typeof chatOptions>;

/** `luci chat`: a conversation. */
export const chat = defineCommand({
  name: 'chat',
  operands: '[model]',
  example: 'llama3.2',
  summary: 'talk with a model',
  details:
    'Streams answers and remembers what was said, within the context of the model. Chats are kept: --continue goes on with the newest, luci chats lists them. /help lists what can be done; Ctrl+C stops an answer, Ctrl+D leaves. Questions about this machine, its models and luci, sums, "list ." and "read FILE" are answered by luci itself, without a model. Off a terminal each line of stdin is one message, and one that got no answer sets the exit status; with --json each answer is one line.',
  options: chatOptions,
  settings: [...engineSettings, ...fetchSettings],
  async run(context) {
    const { options, operands, show } = context;
    checkWords(options, operands[0]);
    const luci = await context.luci();
    const { tools: folder } = options;
    const model = options.model ?? operands[0];
    // Loaded here: every other command starts without it.
    const parts = await import('../chat/parts.ts');
    const isTerminal = process.stdin.isTTY === true && show.terminal.errIsTerminal;
    const isKept = options.noSave !== true;
    await using history = isTerminal && isKept ? await parts.openLineHistory(join(luci.directories.state, 'chat-history')) : undefined;
    using prompt = parts.openPrompt({
      isTerminal,
      isPlain: show.terminal.isPlain,
      hint: 'Ctrl+D leaves.',
      signal: context.signal,
      history,
      complete: (line) => parts.completeLine(line, luci),
      onError: (error) => show.error(error, false),
    });
    const before = await parts.untilModel(model, { isTerminal, prompt, luci, context });
    if (before.hasEnded) return exitCodeOf(before.failed, isTerminal);
    const view: ChatView = { isThinkingShown: showsThinking(options) && show.terminal.outIsTerminal, files: [], toldForgotten: 0 };
    using waiting = waitingLine(show, view);
    const isOn = options.mcp === undefined ? isTerminal : options.mcp === 'on';
    await using outside = parts.openOutsideTools(luci, { show, isOn });
    const permissions = parts.createPermissions(prompt, outside);
    await using session = await beginChat({ luci, outside, permissions, show, options, model, onLoad: waiting.onLoad });
    if (folder !== undefined) await session.useTools(folder);
    if (isTerminal) show.note(show.terminal.style('dim', `${printable(session.model)}. /help lists what can be done, Ctrl+D leaves.`));
    await useMarkdown(show);
    await parts.resumeChat({ ...options, model }, { session, luci, prompt, show });
    const answer: ChatCommandContext['answer'] = (make) => parts.showAnswer(make, { session, prompt, show, waiting, view });
    const replyItself = (text: string): Promise<boolean> => parts.replyItself(text, { luci, context, prompt, chatModel: session.model });
    const failed = await parts.takeLines({ session, luci, show, prompt, view, outside, permissions, answer, replyItself }, before.line);
    if (isTerminal) show.note('');
    return exitCodeOf(before.failed ?? failed, isTerminal);
  },
});

/** Off a terminal nobody watches: the exit status tells what `ask` would. */
function exitCodeOf(failed: LuciError | undefined, isTerminal: boolean): number {
  return isTerminal ? 0 : (failed?.exitCode ?? 0);
}

function checkWords({ model, continue: goesOn, resume: resumed }: Options, operand: string | undefined): void {
  if (model !== undefined && operand !== undefined)
    throw new LuciError('USAGE', `Two models are named: "${model}" and "${operand}".`, { hint: 'luci chat -m NAME' });
  if (goesOn && resumed !== undefined)
    throw new LuciError('USAGE', '--continue goes on with the newest chat, --resume with another one: give one of them.', {
      hint: 'luci chat --continue',
    });
}

interface Beginning {
  readonly luci: Luci;
  readonly outside: OutsideTools;
  readonly permissions: Permissions;
  readonly show: Show;
  readonly options: Options;
  readonly model: string | undefined;
  readonly onLoad: Parameters<Luci['chats']['begin']>[0]['onLoad'];
}

function beginChat({ luci, outside, permissions, show, options, model, onLoad }: Beginning): Promise<ChatSession> {
  return luci.chats.begin({
    onLoad,
    model,
    system: options.system,
    ...samplingRequest(options),
    force: options.force,
    ...thinkingRequest(options),
    isKept: options.noSave !== true,
    onUnkept: (error) => {
      show.note(show.terminal.style('care', 'From here on this chat is not kept:'));
      show.error(error, false);
    },
    moreTools: outside.tools,
    confirm: permissions.confirm,
  });
}

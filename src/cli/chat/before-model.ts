import type { ChatSession } from '../../app/chat-session.ts';
import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import type { CommandContext } from '../command.ts';
import { hasModel, requireAnyModel } from '../install-models.ts';
import type { OutsideTools } from '../outside-tools.ts';
import type { ChatCommandContext } from './chat-command.ts';
import { runChatCommand } from './chat-commands.ts';
import { replyItself } from './exact-replies.ts';
import { interruptible } from './interruptible.ts';
import type { Permissions } from './permissions.ts';
import type { Prompt } from './prompt.ts';
import { saysGoodbye } from './take-lines.ts';

/** A chat where no model is installed: luci answers what it can itself, and a model is fetched when a line needs one. */

/** What there is before a model is. */
interface Begun {
  readonly prompt: Prompt;
  readonly luci: Luci;
  readonly context: CommandContext;
}

/** How far a chat came without a model: to a line that needs one, or to its end. */
export interface BeforeModel {
  readonly hasEnded: boolean;
  /** The line that needs the model. */
  readonly line?: string;
  /** Why a line before it got no answer. */
  readonly failed?: LuciError;
}

/** Takes lines until one needs a model and the starter is there for it; none where a model is named or installed. */
export async function untilModel(model: string | undefined, begun: Begun & { readonly isTerminal: boolean }): Promise<BeforeModel> {
  if (model !== undefined || (await hasModel(begun.luci))) return { hasEnded: false };
  if (begun.isTerminal)
    begun.context.show.note('No model is installed yet. The first question that needs one fetches the starter. /help, Ctrl+D leaves.');
  return takeLines(begun);
}

async function takeLines(begun: Begun): Promise<BeforeModel> {
  const { prompt, context } = begun;
  let failed: LuciError | undefined;
  for (let line = await prompt.next(); line !== undefined; line = await prompt.next()) {
    try {
      const outcome = await takeLine(line, begun);
      if (outcome === 'end') break;
      if (outcome === 'model') return { hasEnded: false, line, failed };
    } catch (error) {
      // The chat goes on: what needs no model still has an answer.
      if (prompt.stopped.aborted || !(error instanceof LuciError)) throw error;
      context.show.error(error, false);
      if (!line.startsWith('/')) failed ??= error;
    }
  }
  return { hasEnded: true, failed };
}

async function takeLine(line: string, { prompt, luci, context }: Begun): Promise<'answered' | 'model' | 'end'> {
  if (line.trim() === '') return 'answered';
  if (saysGoodbye(line)) return 'end';
  if (!line.startsWith('/')) {
    if (await replyItself(line, { luci, context, prompt })) return 'answered';
    await interruptible(prompt, context.signal, (signal) => requireAnyModel(luci, { show: context.show, signal }));
    return 'model';
  }
  // One may have been installed by a line before.
  if (await hasModel(luci)) return 'model';
  const { show } = context;
  const withoutSession: ChatCommandContext = {
    luci,
    show,
    prompt,
    view: { isThinkingShown: false, files: [], toldForgotten: 0 },
    get session(): ChatSession {
      return noModel();
    },
    get outside(): OutsideTools {
      return noModel();
    },
    get permissions(): Permissions {
      return noModel();
    },
    answer: async () => noModel(),
    replyItself: async () => false,
  };
  return (await runChatCommand(line, withoutSession)) ? 'answered' : 'end';
}

function noModel(): never {
  throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed yet. The first question that needs one fetches the starter.');
}

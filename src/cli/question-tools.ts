import type { ConfirmCall, Tool } from '../agent/tool.ts';
import type { Luci } from '../app/luci.ts';
import { type ChangeKind, notAllowed, type PermittedTools, permittedTools } from '../assistant/permissions.ts';
import { orAborted } from '../base/abort.ts';
import type { CommandContext } from './command.ts';
import { confirm } from './confirm.ts';
import { type OutsideTools, openOutsideTools } from './outside-tools.ts';
import { isTerminal } from './show/output.ts';
import { callQuestion } from './show/tool-events.ts';

/** The tools of one question: the built-in ones in a folder, under what was allowed. */

/** The tools, and what is to be said when the question is answered. */
export interface QuestionTools extends PermittedTools, AsyncDisposable {
  /** Throws NOT_CONFIRMED where nobody could be asked and a change was refused. */
  requireAllowed(): void;
}

/** How they are given. */
export interface QuestionToolsOptions {
  readonly luci: Luci;
  readonly root: string;
  readonly allow: readonly (readonly ChangeKind[])[] | undefined;
  /** Whether what a file names may be changed as what the person names. */
  readonly areFilesTrusted: boolean;
  /** Whether the servers of `mcp.json` are used (default: where a person can be asked). */
  readonly mcp: 'on' | 'off' | undefined;
  /** The question is drawn where something else may stand. */
  readonly onQuestion: () => void;
}

/** Opens them. On a terminal changes are asked for as in a chat; `-y` does not answer, `--allow` does. Throws NOT_FOUND for a folder that is none. */
export async function openQuestionTools(
  { show, signal }: Pick<CommandContext, 'show' | 'signal'>,
  { luci, root, allow = [], areFilesTrusted, mcp, onQuestion }: QuestionToolsOptions,
): Promise<QuestionTools> {
  const isAnswered = isTerminal(0) && show.terminal.errIsTerminal;
  const own = await luci.builtInTools(root);
  // There is no later question: a server has as long as it may take to start and to tell its tools.
  const outside = openOutsideTools(luci, { show, isOn: mcp === undefined ? isAnswered : mcp === 'on', waitMs: 120_000 });
  const tools = [...own, ...(await toolsOf(outside, signal))];
  const ask: ConfirmCall = async (call, tool, warning, concern) => {
    const question = await callQuestion(call, tool, warning, concern);
    onQuestion();
    return confirm(question, { yes: false, signal });
  };
  const permitted = permittedTools(tools, { allowed: allow.flat(), areFilesTrusted, ask: isAnswered ? ask : undefined });
  return {
    ...permitted,
    [Symbol.asyncDispose]: outside[Symbol.asyncDispose],
    requireAllowed() {
      const error = isAnswered ? undefined : notAllowed(permitted.refused);
      if (error) throw error;
    },
  };
}

/** Their tools. Whoever stops waiting for them leaves none of the servers behind. */
async function toolsOf(outside: OutsideTools, signal: AbortSignal): Promise<readonly Tool[]> {
  try {
    return await orAborted(outside.tools(), signal);
  } catch (error) {
    await outside[Symbol.asyncDispose]();
    throw error;
  }
}

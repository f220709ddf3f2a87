import type { ToolCall } from '../../engine/engine.ts';
import type { QuestionFile } from '../question-files.ts';
import { failedCall } from '../run-tool.ts';
import type { Tool, ToolResult } from '../tool.ts';

/** What a person's words name is looked up before a model is asked: small ones answer about files that they have not read. */

/** Something that was looked at: as a call for those who watch, as a file of the question for the model. */
export interface LookedUp {
  readonly call: ToolCall;
  readonly file: QuestionFile;
}

const maxLooks = 3;
const asAbove = '(its text stands above)';
/** About 1,100 tokens; of a longer file the model can read more by itself. */
const maxCharacters = 4_000;

/** What a conversation has already. */
export interface LookUpOptions {
  readonly known?: readonly QuestionFile[];
  /** Paths it was about last, see {@link Tool.wantedCalls}. */
  readonly recent?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Looks by the tools that know when they are wanted ({@link Tool.wantedCalls}). What stands in `known` word for word is only named, or left out
 * where the words name it; left out is what cannot be read.
 */
export async function lookUp(
  words: string,
  tools: readonly Tool[],
  { known = [], recent = [], signal }: LookUpOptions = {},
): Promise<readonly LookedUp[]> {
  const looks: LookedUp[] = [];
  for (const tool of tools)
    for (const args of (await tool.wantedCalls?.(words, recent)) ?? []) {
      if (looks.length === maxLooks) return looks;
      const { content, isError, call } = await look(tool, { id: `look-${looks.length + 1}`, name: tool.name, arguments: args }, signal);
      const file = { name: nameOf(tool.name, args), text: content };
      const told = isError ? undefined : toldOf(file, { words, known, isOfFile: file.name === args['path'] });
      if (told) looks.push({ call, file: told });
    }
  return looks;
}

/** What is told of something: which one `it` is must be said, where its text is known; nothing where the words say it. */
function toldOf(
  file: QuestionFile,
  { words, known, isOfFile }: { readonly words: string; readonly known: readonly QuestionFile[]; readonly isOfFile: boolean },
): QuestionFile | undefined {
  const isKnown = known.some(({ name, text }) => name === file.name && text === file.text);
  if (!isKnown) return file;
  return isOfFile && !words.includes(file.name) ? { name: file.name, text: asAbove } : undefined;
}

/** As a person knows it. */
function nameOf(tool: string, { path, text }: ToolCall['arguments']): string {
  if (typeof text === 'string') return `the search for "${text}"`;
  if (typeof path !== 'string') return tool;
  return path === '.' ? 'the folder' : path;
}

async function look(tool: Tool, call: ToolCall, signal: AbortSignal | undefined): Promise<ToolResult> {
  try {
    const content = await tool.run(call.arguments, signal);
    const kept =
      content.length <= maxCharacters
        ? content
        : `${content.slice(0, maxCharacters)}\n(cut here: ${maxCharacters} of ${content.length} characters)`;
    return { call, content: kept, isError: false };
  } catch (error) {
    if (signal?.aborted) throw error;
    return failedCall(call, error instanceof Error ? error.message : String(error));
  }
}

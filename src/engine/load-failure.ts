import { isLuciError, LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';

/** Why a model did not load, in words, with what can be done about it. */

/** Whether the reason is the machine's and not the file's. */
export function isMemoryShort(reason: string): boolean {
  return /memory|VRAM|alloc/i.test(reason);
}

/**
 * The error for a model that did not load.
 * @param name what was asked for: a name, or the path of a file
 * @param cause what was thrown, or why in words
 */
export function loadFailure(name: string, cause: unknown): LuciError {
  if (isLuciError(cause)) return cause;
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const isMemory = isMemoryShort(reason);
  return new LuciError(isMemory ? 'MEMORY_SHORT' : 'ENGINE_FAILED', `${name} could not be loaded: ${reason}`, {
    hint: hintFor(name, reason, isMemory),
  });
}

/** Bytes of a path nobody vouches for: there is nothing to verify. */
function hintFor(name: string, reason: string, isMemory: boolean): string {
  if (isMemory) return 'Run the command again with --context 1024, or with a smaller model: luci list';
  if (/unknown (model architecture|pre-tokenizer type|tokenizer)/.test(reason))
    return 'It is newer than the engine of this luci. A newer luci may know it, or a newer llama-server: luci runtime add llama-server';
  return /\.gguf$/i.test(name) ? `luci show ${shellWord(name)}\nluci search` : `luci verify ${shellWord(name)}`;
}

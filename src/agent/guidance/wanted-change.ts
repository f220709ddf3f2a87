import type { ToolCall } from '../../engine/engine.ts';
import { asksFor } from '../outside-text/asked-changes.ts';
import { type ChangeKind, changeKinds } from '../tool.ts';
import { namesSaid } from './named-things.ts';

/** Whether a person's words tell luci to change something, and whether that was done. */

/** A sentence that begins so asks for an answer, not for a deed. */
const questions =
  /^(?:and |but |so |ok |okay |hm+ )*(?:what|which|how|why|when|where|who|whose|should|shall|did|do|does|is|are|was|were|has|have|had|am|may i|can i|could i|was|wie|warum|wann|wo|wer|welche[rsn]?|soll|sollte|ist|sind|hat|habe|que|quoi|quel(?:le)?s?|comment|pourquoi|quand|où|qui|est|dois|qué|cuál|cómo|por qué|cuándo|dónde|quién|debo|che|cosa|quale|come|perché|quando|dove|chi|devo|o que|qual|como|onde|quem|wat|welke|hoe|waarom|wanneer|waar)(?![\p{L}\p{N}'’])/iu;

/** A name with an ending. */
const fileName = /[^\s"'“”„«»]*[\p{L}\p{N}_-]\.[a-z][a-z0-9]{0,4}(?![\p{L}\p{N}])/giu;

/** Kinds of change that the words tell to make; in a language that is not known none. */
export function changesTold(words: string): readonly ChangeKind[] {
  const sentences = words.split(/(?<=[.!?。！？])\s+|\n|, (?=no\b|and\b|then\b|so\b)/iu).filter((sentence) => sentence.trim() !== '');
  // Who ends with a question waits for its answer.
  if (questions.test(sentences.at(-1)?.trim() ?? '')) return [];
  const told = sentences
    .filter((sentence) => !questions.test(sentence.trim()))
    .join('\n')
    // Who creates `notes.txt` creates a file.
    .replace(fileName, 'file');
  return changeKinds.filter((kind) => asksFor(kind, told));
}

/** Whether the words go on with what was told before: `and butter`, `the april one too`. */
export function goesOn(words: string): boolean {
  const plain = words.trim();
  if (plain.split(/\s+/).length > 8 || questions.test(plain)) return false;
  return (
    /^(?:and|also|now|then|plus|und|auch|et|aussi|y|también|e|anche|também|en|ook|и|ещё)(?!\p{L})/iu.test(plain) ||
    /(?<!\p{L})(?:too|as well|the same|auch|aussi|también|anche|também|ook|тоже)[.!]?$/iu.test(plain)
  );
}

/** Words that look like names of files or folders: those with an ending, a digit and a letter, or a slash. */
export function likelyNames(words: string): readonly string[] {
  return namesSaid(words).filter(
    (word) => !/\s/.test(word) && (/[\p{L}\p{N}_-]\.[a-z][a-z0-9]{0,4}$/iu.test(word) || (/\p{L}/u.test(word) && /[\d_/]/.test(word))),
  );
}

/** Whether a name that the person said stands in none of the calls that were made. */
export function isNameLeft(words: string, calls: readonly Pick<ToolCall, 'arguments'>[]): boolean {
  const made = JSON.stringify(calls.map(({ arguments: args }) => args)).toLowerCase();
  return likelyNames(words).some((name) => !made.includes(JSON.stringify(name.toLowerCase()).slice(1, -1)));
}

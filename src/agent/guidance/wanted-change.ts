import type { ToolCall } from '../../engine/engine.ts';
import { asksFor } from '../outside-text/asked-changes.ts';
import { questionEnds } from '../question-ends.ts';
import { type ChangeKind, changeKinds } from '../tool.ts';
import { namesSaid } from './named-things.ts';

/** Whether a person's words tell luci to change something, and whether that was done. */

/** A sentence that begins so asks for an answer, not for a deed. */
const questions =
  /^(?:(?:and|but|so|ok|okay|hm+|now|then|also|und|et|y|e|en),? )*(?:what|which|how|why|when|where|who|whose|should|shall|did|do|does|is|are|was|were|has|have|had|am|may i|can i|could i|was|wie|warum|wann|wo|wer|welche[rsn]?|soll|sollte|ist|sind|hat|habe|que|quoi|quel(?:le)?s?|comment|pourquoi|quand|où|qui|est|dois|qué|cuál|cómo|por qué|cuándo|dónde|quién|debo|che|cosa|quale|come|perché|quando|dove|chi|devo|o que|qual|como|onde|quem|wat|welke|hoe|waarom|wanneer|waar)(?![\p{L}\p{N}'’])/iu;

/** A name with an ending. */
const fileName = /[^\s"'“”„«»]*[\p{L}\p{N}_-]\.[a-z][a-z0-9]{0,4}(?![\p{L}\p{N}])/giu;

/** Words for files and folders, in nine languages. */
const wordsForFiles =
  /(?<!\p{L})(?:files?|folders?|director(?:y|ies)|documents?|pictures?|photos?|dateien?|ordner|verzeichnis\p{L}*|fichiers?|dossiers?|archivos?|carpetas?|cartell[ae]|ficheiros?|arquivos?|pastas?|bestand(?:en)?|mappen|файл\p{L}*|папк\p{L}*)(?!\p{L})|文件|目录|资料夹/iu;

/** Whether the words speak of files or folders, or name something that looks like one. */
export function speaksOfFiles(words: string): boolean {
  return wordsForFiles.test(questionEnds(words)) || likelyNames(words).length > 0;
}

/**
 * Kinds of change of files that the words tell to make; in a language that is not known none. What may be meant for the answer alone, as
 * `write a poem` or `add 5 and 7`, tells nothing without a file: a call that is demanded where none is meant does harm.
 */
export function changesTold(words: string): readonly ChangeKind[] {
  return readTold(words).kinds;
}

/** Whether the kinds of {@link changesTold} are all that is to be done: `combine a.txt and b.txt into c.txt, then delete both` asks for more. */
export function isAllTold(words: string): boolean {
  return readTold(words).isAll;
}

interface Told {
  readonly kinds: readonly ChangeKind[];
  readonly isAll: boolean;
}

function readTold(words: string): Told {
  const sentences = questionEnds(words)
    .split(/(?<=[.!?。！？])\s+|\n|, (?=no\b|and\b|then\b|so\b)/iu)
    .filter((sentence) => sentence.trim() !== '');
  // Who ends with a question waits for its answer.
  if (questions.test(sentences.at(-1)?.trim() ?? '')) return { kinds: [], isAll: true };
  const told = sentences
    .filter((sentence) => !questions.test(sentence.trim()))
    .join('\n')
    // Who creates `notes.txt` creates a file.
    .replace(fileName, 'file');
  const isOfFiles = speaksOfFiles(words);
  const kindsIn = (text: string): readonly ChangeKind[] =>
    changeKinds.filter((kind) => (isOfFiles || kind === 'delete' || kind === 'move') && asksFor(kind, text));
  const parts = partsOf(told, (part) => newName.test(part) || kindsIn(part).length > 0 || takenOut.test(part));
  // What is not to be done is that with all that follows it: `do not move or delete it`.
  const asked = kindsIn(told);
  const kinds = parts.flatMap((part) =>
    meantBy(
      part,
      kindsIn(part).filter((kind) => asked.includes(kind)),
    ),
  );
  return { kinds: changeKinds.filter((kind) => kinds.includes(kind)), isAll: !parts.some((part) => unknownDeed(part, kindsIn(part))) };
}

/** What is told to be done, one thing each; what tells nothing by itself, as `and eggs from shopping.txt`, belongs to what is before it. */
function partsOf(told: string, tells: (part: string) => boolean): readonly string[] {
  const parts: string[] = [];
  for (const part of told.split(/,? (?:and|then|und|dann|et|puis|y|e|poi|en|и) |\n/iu)) {
    const last = parts.at(-1);
    if (last === undefined || tells(part) || makesFile.test(part)) parts.push(part);
    else parts[parts.length - 1] = `${last} and ${part}`;
  }
  return parts;
}

/** The kinds of one part: a line that is taken out is written, a file that is put into a folder is moved. */
function meantBy(part: string, kinds: readonly ChangeKind[]): readonly ChangeKind[] {
  if (newName.test(part)) return ['move'];
  if (putIntoFolder.test(part)) return kinds.filter((kind) => kind !== 'write');
  // Who takes a line out of a file wants the file to stay.
  return takenOut.test(part) ? ['write', ...kinds.filter((kind) => kind !== 'delete')] : kinds;
}

/** Something is done to files that no verb of the table says. */
function unknownDeed(part: string, kinds: readonly ChangeKind[]): boolean {
  return kinds.length === 0 && !newName.test(part) && !takenOut.test(part) && makesFile.test(part);
}

const makesFile = /(?<!\p{L})(?:into|to|as|in) (?:(?:a|the|one|new) )*file(?!\p{L})/iu;

/** A file that is to have another name; names of files are the word `file` by now. */
const newName = /(?<!\p{L})file (?:should|must|shall) be (?:called |named )?file(?!\p{L})/iu;

/** A file that is put into a folder. */
const putIntoFolder =
  /(?<!\p{L})put (?:the |both |all )?(?:files?|it|them|that|those)(?: and file)? (?:back )?(?:in|into|under|to) (?!(?:the )?file)/iu;

/** Something is taken out of a file. */
const takenOut =
  /(?<!\p{L})(?:(?:delete|remove|erase|strike|drop|take|cross|cut|tick|leave)(?: [^ ]+){1,8} (?:from|in|of) file(?!\p{L})|in file.{0,30} (?:take|cross|strike|cut|leave|tick) (?:out|off|away)(?!\p{L})|in file.{0,30} (?:delete|remove|erase|drop) (?:the|that|this)(?! (?:file|folder)))/iu;

/** Whether the words are about what was said before. */
export function hasPronoun(words: string): boolean {
  return pronouns.test(words);
}

const pronouns =
  /(?<!\p{L})(?:it|them|this|that|these|those|one|es|ihn|sie|das|diese\p{L}?|le|la|les|lo|los|las|ça|eso|esto|questo|isso|het|dit|dat|его|её|это)(?!\p{L})/iu;

/** Whether the words go on with what was told before: `and butter`, `the april one too`. */
export function goesOn(words: string): boolean {
  const plain = words.trim();
  const count = plain.split(/\s+/).length;
  // A single `y` is an answer to a question, and Spanish for `and`.
  if (count < 2 || count > 8 || questions.test(plain) || /[?？]$|thank|danke|merci|gracias|grazie|obrigad|bedankt|спасибо/iu.test(plain))
    return false;
  return (
    /^(?:and|also|plus|und|auch|et|aussi|y|también|e|anche|também|en|ook|и|ещё)(?!\p{L})/iu.test(plain) ||
    /(?<!\p{L})(?:too|as well|the same|auch|aussi|también|anche|também|ook|тоже)[.!]?$/iu.test(plain)
  );
}

/** Words that look like names of files or folders: those with an ending, a slash, or a digit behind a hyphen or an underscore. */
export function likelyNames(words: string): readonly string[] {
  return namesSaid(words).filter((word) => nameForms.some((form) => form.test(word)));
}

/** `e.g.` and `2nd` are none. */
const nameForms = [
  /^[^\s]*(?:[\p{L}\p{N}_-]{2}\.[a-z][a-z0-9]{0,4}|[\p{L}\p{N}_-]\.[a-z][a-z0-9]{1,4})$/iu,
  /^(?=.*\p{L})(?=.*\d)[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)+$/u,
  /^(?=.*\p{L})(?=.*[\d_.])[^\s/]+(?:\/[^\s/]+)+$/u,
];

/** Whether a name that the person said stands in none of the calls that were made. */
export function isNameLeft(words: string, calls: readonly Pick<ToolCall, 'arguments'>[]): boolean {
  const made = JSON.stringify(calls.map(({ arguments: args }) => args)).toLowerCase();
  return likelyNames(words).some((name) => !made.includes(JSON.stringify(name.toLowerCase()).slice(1, -1)));
}

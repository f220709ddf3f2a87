import { namedThings } from '../guidance/named-things.ts';
import { changesTold, likelyNames } from '../guidance/wanted-change.ts';
import { countsOf } from './folder-counts.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `list_files`: names, and how many there are of each kind, so that a small model need not count. */
export const listFiles: BuiltInTool = {
  order: 1,
  name: 'list_files',
  kind: 'read',
  description: 'List a folder and count its files',
  parameters: textArguments({ path: 'folder, "." for the main one' }),
  async wantedCalls(words, { workspace }) {
    const { files, folders } = await namedThings(words, workspace);
    const isTold = changesTold(words).length > 0;
    // Who names the file that is to be changed, or a new one, needs no list.
    const isNamed = files.length > 0 || likelyNames(words).length > 0;
    if (isNamed && isTold) return [];
    // `delete it` is about what was said before.
    const isOpen = !isNamed && ((isTold && !pronouns.test(words)) || (folders.length === 0 && wordsForFiles.test(words)));
    return [...(isOpen ? ['.'] : []), ...folders].map((path) => ({ path }));
  },
  async run(args, { workspace }) {
    const names = await workspace.list(textOf(args, 'path'));
    const files = names.filter((name) => !name.endsWith('/'));
    return names.length === 0 ? '(empty)' : `${names.join('\n')}\n(${countsOf(files, names.length - files.length)})`;
  },
};

const pronouns =
  /(?<!\p{L})(?:it|them|this|that|these|those|one|es|ihn|sie|das|diese\p{L}?|le|la|les|lo|los|las|ça|eso|esto|questo|isso|het|dit|dat|его|её|это)(?!\p{L})/iu;

/** In nine languages. */
const wordsForFiles =
  /(?<!\p{L})(?:files?|folders?|director(?:y|ies)|documents?|pictures?|photos?|dateien?|ordner|verzeichnis\p{L}*|fichiers?|dossiers?|archivos?|carpetas?|cartell[ae]|ficheiros?|arquivos?|pastas?|bestand(?:en)?|mappen|файл\p{L}*|папк\p{L}*)(?!\p{L})|文件|目录|资料夹/iu;

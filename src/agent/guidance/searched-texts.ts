import { questionEnds } from '../question-ends.ts';

/** What a person wants to be found in files: names and numbers are, other words stand in too many. */

/** Asks for the file that has something. */
const asksWhichFile =
  /(?<!\p{L})(?:(?:which|what) (?:files?|documents?|notes?|lists?)|(?:in )?welche[rn]? datei(?:en)?|(?:dans )?quels? fichiers?|(?:en )?qué archivos?|(?:in )?quale? file|(?:em )?(?:que|quais?) (?:ficheiros?|arquivos?)|in welk bestand)(?!\p{L})/iu;

const maxTexts = 2;

/** Texts to look for; none where the words do not ask which file has them. */
export function searchedTexts(said: string): readonly string[] {
  const words = questionEnds(said);
  const [asked] = words.match(asksWhichFile) ?? [];
  if (asked === undefined) return [];
  const quoted = [...words.matchAll(/["“„«]([^"“”„«»\n]{2,60})["”“»]/g)].flatMap(([, text]) => text ?? []);
  if (quoted.length > 0) return quoted.slice(0, maxTexts);
  // The first word of a sentence has a capital for that alone; names of files are looked up by others.
  const names = [...words.replace(asked, ' ').matchAll(/(?<=[\p{L}\p{N},;] )(?:\p{Lu}\p{L}+|\d[\d-]{2,})(?![\p{L}\p{N}./_])/gu)].map(
    ([name]) => name,
  );
  return [...new Set(names)].filter((name) => !/^I(?:'|$)/.test(name)).slice(0, maxTexts);
}

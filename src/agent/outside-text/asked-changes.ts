import { questionEnds } from '../question-ends.ts';
import type { ChangeKind } from '../tool.ts';
import { plainText } from './plain-text.ts';

/**
 * Whether a person's words ask for a kind of change. Words of nine languages are known; in any other language nothing is found, and the
 * person is asked once more than they would be. Words are looked for, nothing is understood.
 */

/** Words that ask, by language; the last row has those of scripts without blanks. What is a noun as well, or asks for an answer too, is left out. */
const verbs: Readonly<Record<ChangeKind, () => RegExp>> = {
  write: anyOf(
    'write|rewrite|save|append|add|insert|put|replace|overwrite|edit|fix|change|update|fill|copy|duplicate|export|note down|jot down',
    '(?:create|make|generate)(?: [^ ]+)* files?',
    'schreib|schreibe|schreiben|speichere|speichern|anlegen|ergänze|ergänzen|füg|füge|einfügen|hinzufügen|trag|trage|eintragen|ersetz|ersetze|ersetzen|änder|ändere|ändern|korrigiere|aktualisiere|kopier|kopiere|kopieren|notiere',
    '(?:erstell|erstelle|erzeuge|leg|lege)(?: [^ ]+)* (?:datei|dateien)',
    'écris|écrire|écrivez|enregistre|enregistrer|ajoute|ajouter|remplace|remplacer|modifie|modifier|corrige|corriger|copie|copier|mets',
    'escribe|escribir|guarda|guardar|añade|añadir|agrega|agregar|reemplaza|reemplazar|cambia|cambiar|corrige|corregir|actualiza|actualizar|copia|copiar|pon',
    'scrivi|scrivere|salva|salvare|aggiungi|aggiungere|sostituisci|modifica|modificare|correggi|aggiorna|metti',
    'escreve|escreva|escrever|salve|salvar|adicione|adicionar|substitua|substituir|atualize|atualizar|copie|coloque',
    'schrijf|schrijven|bewaar|voeg|vervang|wijzig|kopieer|zet',
    'напиши|напишите|запиши|запишите|сохрани|сохраните|добавь|добавьте|создай|создайте|замени|измени|исправь|скопируй',
    '写|寫|保存|添加|创建|創建|新建|替换|替換|修改|复制|複製',
  ),
  move: anyOf(
    'move|rename|relocate|put|archive|belongs? (?:in|into|under|to)|(?:should|must|has to|have to|can) go (?:in|into|under|to)|(?:call|name) (?:it|the file|that file|this file)|sort(?: [^ ]+)* into|file(?: [^ ]+)* under',
    'verschieb|verschiebe|verschieben|bewege|bewegen|umbenennen|benenne|benennen|räum|räume|sortiere',
    'déplace|déplacer|renomme|renommer|rangez',
    'mueve|mover|renombra|renombrar',
    'sposta|spostare|rinomina|rinominare',
    'mova|renomeie|renomear',
    'verplaats|hernoem',
    'перемести|переместите|переименуй|переименуйте|перенеси',
    '移动|移動|重命名|改名',
  ),
  make: anyOf(
    '(?:create|make|add|set up)(?: [^ ]+)* (?:folders?|director(?:y|ies)|dirs?)|mkdir',
    'erstelle|erstellen|anlegen|leg|lege|mache',
    'crée|créer|créez',
    'crea|crear|haz',
    'creare|fai',
    'crie|criar',
    'maak',
    'создай|создайте|сделай',
    '创建|創建|新建',
  ),
  delete: anyOf(
    'delete|remove|erase|discard|wipe|get rid of|clear out|throw(?: [^ ]+)* away',
    'lösch|lösche|löschen|entfern|entferne|entfernen|wirf',
    'supprime|supprimer|supprimez|efface|effacer|enlève|enlever',
    'borra|borrar|elimina|eliminar|quita|quitar',
    'cancella|cancellare|rimuovi|rimuovere',
    'apague|apagar|exclua|excluir|remova|remover',
    'verwijder|wis',
    'удали|удалите|удалить|сотри',
    '删除|刪除|移除',
  ),
};

/** In a part of a sentence with one of these nothing is asked for: what is not to be done is not wanted. */
const negations =
  /(?<![\p{L}\p{N}])(not|never|no|without|don't|doesn't|dont|nothing|nicht|nichts|kein\p{L}*|nie|niemals|ohne|ne|pas|jamais|rien|sans|nunca|nada|sin|non|mai|niente|senza|não|nao|sem|niet|niets|geen|zonder|не|ничего|без)(?![\p{L}\p{N}])|不|别|別|勿/u;

/** Whether the words ask for a change of this kind. */
export function asksFor(kind: ChangeKind, words: string): boolean {
  return clausesOf(words).some((clause) => verbs[kind]().test(clause) && !negations.test(clause));
}

/** Parts of sentences, without what is quoted as code or looks like a name of a file: `delete-me.txt` asks for nothing. */
function clausesOf(words: string): readonly string[] {
  return questionEnds(words)
    .split(/[.,;:!?。，；！？]+\s|[\n。，；！？]| but | aber | mais | pero | ma | maar | но /iu)
    .map((clause) => plainText(clause.replace(/\S*[\p{L}\p{N}_][./\\_-][\p{L}\p{N}_]\S*/gu, ' ')));
}

/** Made when it is asked for: most commands ask for none. */
function anyOf(...languages: readonly string[]): () => RegExp {
  let made: RegExp | undefined;
  return () => {
    const spaced = languages.slice(0, -1).join('|');
    made ??= new RegExp(`(?<![\\p{L}\\p{N}])(?:${spaced})(?![\\p{L}\\p{N}])|${languages.at(-1)}`, 'u');
    return made;
  };
}

import type { LanguageTexts } from './texts.ts';

/** What is asked in German. */
export const german: LanguageTexts = {
  language: 'de',
  name: 'German',
  people: 'Anton Beate Clara Dirk Emma Fritz Greta Holger'.split(' '),
  towns: 'Kassel Bremen Ulm Leipzig Trier'.split(' '),
  days: 'Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag'.split(' '),
  keys: 'name alter ort'.split(' '),
  kinds: {
    animal: { one: 'ein Tier', words: 'Pferd Wolf Fisch Bär Frosch'.split(' ') },
    colour: { one: 'eine Farbe', words: 'Rot Grün Blau Gelb Schwarz'.split(' ') },
    fruit: { one: 'eine Frucht', words: 'Apfel Banane Ananas Birne Zitrone'.split(' ') },
    instrument: { one: 'ein Musikinstrument', words: 'Geige Trommel Klavier Gitarre Flöte'.split(' ') },
    profession: { one: 'ein Beruf', words: 'Bäcker Arzt Lehrer Bauer Richter'.split(' ') },
    garment: { one: 'ein Kleidungsstück', words: 'Hemd Handschuh Socke Hut Hose'.split(' ') },
  },
  copy: 'Antworte mit genau dem folgenden Text und sonst nichts: {text}',
  sum: 'Wie viel ist {a} + {b}? Antworte nur mit der Zahl, in Ziffern.',
  note: 'Eine Notiz aus der Sporthalle:',
  has: '{person} hat den Schrankcode {code}.',
  whose: 'Welchen Schrankcode hat {person}? Antworte nur mit dem Code.',
  yesNo: 'Beantworte diese Fragen mit ja oder nein, eine pro Zeile, in dieser Reihenfolge:',
  isKind: 'Ist „{word}“ {kind}?',
  pick: 'Welches dieser Wörter ist {kind}? {options}. Antworte nur mit diesem Wort.',
  json: 'Mache aus diesem Satz ein JSON-Objekt mit genau den drei Schlüsseln {keys}: „{name} ist {age} Jahre alt und wohnt in {town}.“ Antworte nur mit dem JSON.',
  order:
    'Bringe diese Wochentage in die Reihenfolge der Woche, die mit {first} beginnt: {days}. Antworte nur mit den vier Tagen, durch Kommas getrennt.',
  translate: 'Wie heißt „{word}“ auf Englisch? Antworte nur mit dem englischen Wort.',
};

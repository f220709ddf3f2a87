import type { LanguageTexts } from './texts.ts';

/** What is asked in French. */
export const french: LanguageTexts = {
  language: 'fr',
  name: 'French',
  people: 'Alain Brigitte Camille Denis Élodie Fabien Gisèle Hugo'.split(' '),
  towns: 'Lyon Nantes Lille Rennes Dijon'.split(' '),
  days: 'lundi mardi mercredi jeudi vendredi samedi dimanche'.split(' '),
  keys: 'nom âge ville'.split(' '),
  kinds: {
    animal: { one: 'un animal', words: 'cheval loup poisson ours grenouille'.split(' ') },
    colour: { one: 'une couleur', words: 'rouge vert bleu jaune noir'.split(' ') },
    fruit: { one: 'un fruit', words: 'pomme banane ananas poire citron'.split(' ') },
    instrument: { one: 'un instrument de musique', words: 'violon tambour piano guitare flûte'.split(' ') },
    profession: { one: 'un métier', words: 'boulanger médecin professeur agriculteur juge'.split(' ') },
    garment: { one: 'un vêtement', words: 'chemise gant chaussette chapeau pantalon'.split(' ') },
  },
  copy: "Réponds exactement par le texte suivant et rien d'autre : {text}",
  sum: 'Combien font {a} + {b} ? Réponds uniquement par le nombre, en chiffres.',
  note: 'Une note de la salle de sport :',
  has: '{person} a le code de casier {code}.',
  whose: 'Quel est le code de casier de {person} ? Réponds uniquement par le code.',
  yesNo: 'Réponds à ces questions par oui ou non, une réponse par ligne, dans l’ordre :',
  isKind: 'Est-ce que « {word} » est {kind} ?',
  pick: 'Lequel de ces mots désigne {kind} ? {options}. Réponds uniquement par ce mot.',
  json: 'Transforme cette phrase en un objet JSON avec exactement les trois clés {keys} : « {name} a {age} ans et habite à {town}. » Réponds uniquement par le JSON.',
  order:
    'Mets ces jours dans l’ordre de la semaine, qui commence par {first} : {days}. Réponds uniquement par les quatre jours, séparés par des virgules.',
  translate: 'Comment dit-on « {word} » en anglais ? Réponds uniquement par le mot anglais.',
};

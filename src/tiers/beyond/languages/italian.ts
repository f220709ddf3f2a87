import type { LanguageTexts } from './texts.ts';

/** What is asked in Italian. */
export const italian: LanguageTexts = {
  language: 'it',
  name: 'Italian',
  people: 'Aldo Bianca Carlo Daria Enzo Flavia Gino Ilaria'.split(' '),
  towns: 'Torino Parma Siena Bari Pisa'.split(' '),
  days: 'lunedì martedì mercoledì giovedì venerdì sabato domenica'.split(' '),
  keys: 'nome età città'.split(' '),
  kinds: {
    animal: { one: 'un animale', words: 'cavallo lupo pesce orso rana'.split(' ') },
    colour: { one: 'un colore', words: 'rosso verde blu giallo nero'.split(' ') },
    fruit: { one: 'un frutto', words: 'mela banana ananas pera limone'.split(' ') },
    instrument: { one: 'uno strumento musicale', words: 'violino tamburo pianoforte chitarra flauto'.split(' ') },
    profession: { one: 'una professione', words: 'fornaio medico insegnante agricoltore giudice'.split(' ') },
    garment: { one: 'un capo di abbigliamento', words: 'camicia guanto calzino cappello pantaloni'.split(' ') },
  },
  copy: 'Rispondi esattamente con il testo seguente e nient’altro: {text}',
  sum: 'Quanto fa {a} + {b}? Rispondi solo con il numero, in cifre.',
  note: 'Una nota della palestra:',
  has: '{person} ha il codice dell’armadietto {code}.',
  whose: 'Qual è il codice dell’armadietto di {person}? Rispondi solo con il codice.',
  yesNo: 'Rispondi a queste domande con sì o no, una per riga, in ordine:',
  isKind: '«{word}» è {kind}?',
  pick: 'Quale di queste parole è {kind}? {options}. Rispondi solo con quella parola.',
  json: 'Trasforma questa frase in un oggetto JSON con esattamente le tre chiavi {keys}: «{name} ha {age} anni e vive a {town}.» Rispondi solo con il JSON.',
  order:
    'Metti questi giorni nell’ordine della settimana, che comincia con {first}: {days}. Rispondi solo con i quattro giorni, separati da virgole.',
  translate: 'Come si dice «{word}» in inglese? Rispondi solo con la parola inglese.',
};

import type { SpokenLanguage } from '../case.ts';

/** Words of languages that graders look for, by what they mean to them. */
export interface SpokenWords {
  readonly yes: readonly string[];
  readonly no: readonly string[];
  /** What stands before an answer, as in `Answer:`. */
  readonly answer: readonly string[];
  /** What stands before a result, as in `12 and 15 are 27`. */
  readonly is: readonly string[];
  /** Before what is denied. */
  readonly not: readonly string[];
  /** After what is denied. */
  readonly isNot?: readonly string[];
  readonly or: readonly string[];
  readonly perhaps: readonly string[];
  /** Beginnings of a refusal. */
  readonly cannot: readonly string[];
  /** A comma stands before tenths, and a point may stand after thousands. */
  readonly hasCommaDecimals: boolean;
  /** Words follow each other without spaces (default false). */
  readonly isUnspaced?: boolean;
}

/** By language; all in the form of {@link plainLetters}. */
export const spokenWords: Readonly<Record<SpokenLanguage, SpokenWords>> = {
  de: {
    yes: ['ja'],
    no: ['nein'],
    answer: ['antwort', 'ergebnis', 'lösung'],
    is: ['ist', 'sind', 'ergibt', 'gleich', 'macht'],
    not: ['nicht', 'kein', 'keine', 'niemals', 'weder'],
    or: ['oder'],
    perhaps: ['vielleicht', 'möglicherweise', 'eventuell', 'unbekannt'],
    cannot: ['kann ich nicht', 'ich kann', 'ich darf', 'ich weiß nicht', 'ich weiß es nicht', 'tut mir leid'],
    hasCommaDecimals: true,
  },
  fr: {
    yes: ['oui'],
    no: ['non'],
    answer: ['réponse', 'résultat'],
    is: ['est', 'sont', 'font', 'fait', 'égale', 'égal'],
    not: ['pas', 'jamais', 'aucun'],
    or: ['ou'],
    perhaps: ['peut-être', 'inconnu', 'probablement'],
    cannot: ['je ne peux', 'je ne sais', "je n'ai", 'désolé'],
    hasCommaDecimals: true,
  },
  es: {
    yes: ['sí', 'si'],
    no: ['no'],
    answer: ['respuesta', 'resultado'],
    is: ['es', 'son', 'igual a'],
    not: ['no es', 'no', 'nunca', 'tampoco'],
    or: ['o'],
    perhaps: ['quizás', 'quizá', 'tal vez', 'posiblemente', 'desconocido'],
    cannot: ['no puedo', 'no sé', 'no lo sé', 'lo siento'],
    hasCommaDecimals: true,
  },
  it: {
    yes: ['sì', 'si'],
    no: ['no'],
    answer: ['risposta', 'risultato'],
    is: ['è', 'sono', 'fa', 'uguale a'],
    not: ['non è', 'non', 'mai'],
    or: ['o', 'oppure'],
    perhaps: ['forse', 'probabilmente', 'sconosciuto'],
    cannot: ['non posso', 'non so', 'non lo so', 'mi dispiace'],
    hasCommaDecimals: true,
  },
  pt: {
    yes: ['sim'],
    no: ['não', 'nao'],
    answer: ['resposta', 'resultado'],
    is: ['é', 'são', 'igual a', 'dá'],
    not: ['não é', 'não', 'nunca'],
    or: ['ou'],
    perhaps: ['talvez', 'possivelmente', 'desconhecido'],
    cannot: ['não posso', 'não sei', 'desculpe', 'lamento'],
    hasCommaDecimals: true,
  },
  ru: {
    yes: ['да'],
    no: ['нет'],
    answer: ['ответ', 'результат'],
    is: ['равно', 'равна', 'будет', 'это', 'составляет', 'получается'],
    not: ['не', 'нет', 'никогда'],
    or: ['или', 'либо'],
    perhaps: ['возможно', 'может быть', 'наверное', 'вероятно', 'неизвестно'],
    cannot: ['не могу', 'не знаю', 'извините', 'к сожалению'],
    hasCommaDecimals: true,
  },
  ja: {
    yes: ['はい', 'ええ'],
    no: ['いいえ', 'いえ', '違います'],
    answer: ['答え', '回答', '解答', '答'],
    is: ['は'],
    not: [],
    isNot: ['ではありません', 'ではない', 'じゃない', 'でない'],
    or: ['または', 'あるいは', 'もしくは', 'か'],
    perhaps: ['たぶん', '多分', 'おそらく', 'かもしれ', '不明'],
    cannot: ['できません', '分かりません', 'わかりません', 'お答えでき', '申し訳'],
    hasCommaDecimals: false,
    isUnspaced: true,
  },
  zh: {
    yes: ['是的', '是', '对的', '对', '正确'],
    no: ['不是的', '不是', '不对', '否', '不', '错误', '错'],
    answer: ['答案', '回答', '结果'],
    is: ['等于', '是', '为'],
    not: ['不是', '并非', '不'],
    or: ['或者', '还是', '或'],
    perhaps: ['也许', '可能', '大概', '未知', '不确定'],
    cannot: ['无法', '不能', '不知道', '抱歉', '对不起'],
    hasCommaDecimals: false,
    isUnspaced: true,
  },
  ar: {
    yes: ['نعم'],
    no: ['لا', 'كلا'],
    answer: ['الاجابه', 'الجواب', 'النتيجه'],
    is: ['هو', 'هي', 'يساوي', 'تساوي'],
    not: ['ليس', 'ليست', 'لا'],
    or: ['او', 'ام'],
    perhaps: ['ربما', 'قد يكون', 'غير معروف'],
    cannot: ['لا استطيع', 'لا يمكنني', 'لا اعرف', 'عذرا', 'اسف'],
    hasCommaDecimals: true,
  },
  hi: {
    yes: ['हां', 'जी हां'],
    no: ['नहीं', 'जी नहीं', 'ना'],
    answer: ['उत्तर', 'जवाब', 'परिणाम'],
    is: ['बराबर', 'योग', 'होता है', 'होगा'],
    not: [],
    isNot: ['नहीं'],
    or: ['या'],
    perhaps: ['शायद', 'संभवतः', 'अज्ञात'],
    cannot: ['नहीं बता', 'नहीं कर सक', 'पता नहीं', 'क्षमा', 'माफ'],
    hasCommaDecimals: false,
  },
};

import type { LanguageTexts } from './texts.ts';

/** What is asked in Japanese. */
export const japanese: LanguageTexts = {
  language: 'ja',
  name: 'Japanese',
  people: '佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村'.split(' '),
  towns: '札幌 仙台 横浜 京都 福岡'.split(' '),
  days: '月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日'.split(' '),
  keys: '名前 年齢 都市'.split(' '),
  listMark: '、',
  kinds: {
    animal: { one: '動物', words: 'ウマ オオカミ 魚 クマ カエル'.split(' ') },
    colour: { one: '色', words: '赤 緑 青 黄色 黒'.split(' ') },
    fruit: { one: '果物', words: 'リンゴ バナナ パイナップル 梨 レモン'.split(' ') },
    instrument: { one: '楽器', words: 'バイオリン ドラム ピアノ ギター フルート'.split(' ') },
    profession: { one: '職業', words: 'パン職人 医者 教師 農家 裁判官'.split(' ') },
    garment: { one: '衣類', words: 'シャツ 手袋 靴下 帽子 ズボン'.split(' ') },
  },
  copy: '次の文字列だけを、そのまま正確に返してください。ほかには何も書かないでください: {text}',
  sum: '{a} + {b} はいくつですか。数字だけで答えてください。',
  note: '体育館のメモ:',
  has: '{person}さんのロッカーの番号は{code}です。',
  whose: '{person}さんのロッカーの番号は何ですか。番号だけを答えてください。',
  yesNo: '次の質問に、順番に、一行に一つずつ「はい」か「いいえ」で答えてください。',
  isKind: '「{word}」は{kind}ですか?',
  pick: '次の言葉のうち、{kind}はどれですか。{options}。その言葉だけを答えてください。',
  json: '次の文を、ちょうど三つのキー{keys}を持つJSONオブジェクトにしてください。「名前は{name}、年齢は{age}歳、都市は{town}です。」JSONだけを答えてください。',
  order: '次の曜日を、{first}から始まる一週間の順に並べてください: {days}。四つの曜日だけを読点で区切って答えてください。',
  translate: '「{word}」は英語で何と言いますか。英単語だけを答えてください。',
};

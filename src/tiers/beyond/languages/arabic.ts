import type { LanguageTexts } from './texts.ts';

/** What is asked in Arabic. */
export const arabic: LanguageTexts = {
  language: 'ar',
  name: 'Arabic',
  people: 'أحمد بشرى جمال خالد ريم سامي فاطمة ليلى'.split(' '),
  towns: 'القاهرة بيروت تونس الرباط دمشق'.split(' '),
  days: 'الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد'.split(' '),
  keys: 'الاسم العمر المدينة'.split(' '),
  listMark: '، ',
  kinds: {
    animal: { one: 'حيوان', words: 'حصان ذئب سمكة دب ضفدع'.split(' ') },
    colour: { one: 'لون', words: 'أحمر أخضر أزرق أصفر أسود'.split(' ') },
    fruit: { one: 'فاكهة', words: 'تفاحة موزة أناناس كمثرى ليمون'.split(' ') },
    instrument: { one: 'آلة موسيقية', words: 'كمان طبل بيانو غيتار ناي'.split(' ') },
    profession: { one: 'مهنة', words: 'خباز طبيب معلم مزارع قاض'.split(' ') },
    garment: { one: 'قطعة ملابس', words: 'قميص قفاز جورب قبعة بنطلون'.split(' ') },
  },
  copy: 'أجب بالنص التالي تمامًا ولا شيء غيره: {text}',
  sum: 'كم يساوي {a} + {b}؟ أجب بالعدد فقط، بالأرقام.',
  note: 'ملاحظة من القاعة الرياضية:',
  has: 'رمز خزانة {person} هو {code}.',
  whose: 'ما هو رمز خزانة {person}؟ أجب بالرمز فقط.',
  yesNo: 'أجب عن هذه الأسئلة بنعم أو لا، جواب واحد في كل سطر، بالترتيب:',
  isKind: 'هل «{word}» {kind}؟',
  pick: 'أي من هذه الكلمات {kind}؟ {options}. أجب بهذه الكلمة فقط.',
  json: 'حوّل هذه الجملة إلى كائن JSON بالمفاتيح الثلاثة التالية فقط {keys}: «الاسم {name}، العمر {age} سنة، المدينة {town}.» أجب بـ JSON فقط.',
  order: 'رتب هذه الأيام حسب ترتيب الأسبوع الذي يبدأ بيوم {first}: {days}. أجب بالأيام الأربعة فقط، مفصولة بفواصل.',
  translate: 'ما معنى «{word}» بالإنجليزية؟ أجب بالكلمة الإنجليزية فقط.',
};

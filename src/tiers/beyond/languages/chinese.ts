import type { LanguageTexts } from './texts.ts';

/** What is asked in Chinese. */
export const chinese: LanguageTexts = {
  language: 'zh',
  name: 'Chinese',
  people: '王芳 李伟 张敏 刘洋 陈静 杨磊 赵丽 周强'.split(' '),
  towns: '上海 成都 武汉 西安 南京'.split(' '),
  days: '星期一 星期二 星期三 星期四 星期五 星期六 星期日'.split(' '),
  keys: '姓名 年龄 城市'.split(' '),
  listMark: '、',
  kinds: {
    animal: { one: '动物', words: '马 狼 鱼 熊 青蛙'.split(' ') },
    colour: { one: '颜色', words: '红色 绿色 蓝色 黄色 黑色'.split(' ') },
    fruit: { one: '水果', words: '苹果 香蕉 菠萝 梨 柠檬'.split(' ') },
    instrument: { one: '乐器', words: '小提琴 鼓 钢琴 吉他 长笛'.split(' ') },
    profession: { one: '职业', words: '面包师 医生 教师 农民 法官'.split(' ') },
    garment: { one: '衣物', words: '衬衫 手套 袜子 帽子 裤子'.split(' ') },
  },
  copy: '请原样回复以下文字，不要写任何其他内容：{text}',
  sum: '{a} + {b} 等于多少？只用阿拉伯数字回答。',
  note: '体育馆的便条：',
  has: '{person}的储物柜编号是{code}。',
  whose: '{person}的储物柜编号是什么？只回答编号。',
  yesNo: '请按顺序用“是”或“否”回答这些问题，每行一个：',
  isKind: '“{word}”是一种{kind}吗？',
  pick: '下面哪个词是一种{kind}？{options}。只回答这个词。',
  json: '请把这句话变成一个JSON对象，恰好有三个键{keys}：“姓名是{name}，年龄是{age}岁，城市是{town}。”只回答JSON。',
  order: '请把这些日子按一周的顺序排列，一周从{first}开始：{days}。只回答这四天，用逗号隔开。',
  translate: '“{word}”用英语怎么说？只回答这个英语单词。',
};

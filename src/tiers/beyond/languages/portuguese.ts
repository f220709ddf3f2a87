import type { LanguageTexts } from './texts.ts';

/** What is asked in Portuguese. */
export const portuguese: LanguageTexts = {
  language: 'pt',
  name: 'Portuguese',
  people: 'Ana Bruno Carla Duarte Elisa Fábio Graça Hélio'.split(' '),
  towns: 'Lisboa Braga Coimbra Faro Évora'.split(' '),
  days: 'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo'.split(' '),
  keys: 'nome idade cidade'.split(' '),
  kinds: {
    animal: { one: 'um animal', words: 'cavalo lobo peixe urso rã'.split(' ') },
    colour: { one: 'uma cor', words: 'vermelho verde azul amarelo preto'.split(' ') },
    fruit: { one: 'uma fruta', words: 'maçã banana abacaxi pera limão'.split(' ') },
    instrument: { one: 'um instrumento musical', words: 'violino tambor piano guitarra flauta'.split(' ') },
    profession: { one: 'uma profissão', words: 'padeiro médico professor agricultor juiz'.split(' ') },
    garment: { one: 'uma peça de roupa', words: 'camisa luva meia chapéu calças'.split(' ') },
  },
  copy: 'Responda exatamente com o texto seguinte e nada mais: {text}',
  sum: 'Quanto é {a} + {b}? Responda apenas com o número, em algarismos.',
  note: 'Uma nota do ginásio:',
  has: '{person} tem o código do armário {code}.',
  whose: 'Qual é o código do armário de {person}? Responda apenas com o código.',
  yesNo: 'Responda a estas perguntas com sim ou não, uma por linha, em ordem:',
  isKind: '«{word}» é {kind}?',
  pick: 'Qual destas palavras é {kind}? {options}. Responda apenas com essa palavra.',
  json: 'Transforme esta frase num objeto JSON com exatamente as três chaves {keys}: «{name} tem {age} anos e mora em {town}.» Responda apenas com o JSON.',
  order:
    'Coloque estes dias na ordem da semana, que começa na {first}: {days}. Responda apenas com os quatro dias, separados por vírgulas.',
  translate: 'Como se diz «{word}» em inglês? Responda apenas com a palavra inglesa.',
};

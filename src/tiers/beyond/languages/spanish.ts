import type { LanguageTexts } from './texts.ts';

/** What is asked in Spanish. */
export const spanish: LanguageTexts = {
  language: 'es',
  name: 'Spanish',
  people: 'Alba Bruno Carmen Diego Elena Fermín Gloria Hugo'.split(' '),
  towns: 'Sevilla Bilbao Murcia Oviedo Toledo'.split(' '),
  days: 'lunes martes miércoles jueves viernes sábado domingo'.split(' '),
  keys: 'nombre edad ciudad'.split(' '),
  kinds: {
    animal: { one: 'un animal', words: 'caballo lobo pez oso rana'.split(' ') },
    colour: { one: 'un color', words: 'rojo verde azul amarillo negro'.split(' ') },
    fruit: { one: 'una fruta', words: 'manzana plátano piña pera limón'.split(' ') },
    instrument: { one: 'un instrumento musical', words: 'violín tambor piano guitarra flauta'.split(' ') },
    profession: { one: 'una profesión', words: 'panadero médico profesor agricultor juez'.split(' ') },
    garment: { one: 'una prenda de vestir', words: 'camisa guante calcetín sombrero pantalón'.split(' ') },
  },
  copy: 'Responde exactamente con el siguiente texto y nada más: {text}',
  sum: '¿Cuánto es {a} + {b}? Responde solo con el número, en cifras.',
  note: 'Una nota del gimnasio:',
  has: '{person} tiene el código de taquilla {code}.',
  whose: '¿Qué código de taquilla tiene {person}? Responde solo con el código.',
  yesNo: 'Responde a estas preguntas con sí o no, una por línea, en orden:',
  isKind: '¿Es «{word}» {kind}?',
  pick: '¿Cuál de estas palabras es {kind}? {options}. Responde solo con esa palabra.',
  json: 'Convierte esta frase en un objeto JSON con exactamente las tres claves {keys}: «{name} tiene {age} años y vive en {town}.» Responde solo con el JSON.',
  order:
    'Pon estos días en el orden de la semana, que empieza por el {first}: {days}. Responde solo con los cuatro días, separados por comas.',
  translate: '¿Cómo se dice «{word}» en inglés? Responde solo con la palabra inglesa.',
};

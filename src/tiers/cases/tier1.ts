import { type CaseDefinition, type Constraint, type Files, fence, plain, reservedNumbers } from '../case.ts';
import { names, nouns, things } from '../vocabulary.ts';
import { drawCodeTask, writeFunction } from './code-tasks.ts';
import { languageNames } from './language.ts';

/** Tier 1, everyday: nine cases. */

const steps: CaseDefinition = {
  id: 't1-steps',
  title: 'A word problem of four steps',
  ability: 'arithmetic',
  maxTokens: 600,
  chanceLevel: 0,
  generate(random) {
    for (;;) {
      const [boxes, each] = [random.int(4, 9), random.pick([20, 25, 40, 50, 60])];
      const [percent, price, rent] = [random.pick([10, 20, 30, 40]), random.int(3, 7), random.int(11, 39)];
      const good = (boxes * each * (100 - percent)) / 100;
      const profit = good * price - rent;
      if (!Number.isInteger(good) || profit < 60 || reservedNumbers.has(profit)) continue;
      const [thing, name] = [random.pick(things), random.pick(names)];
      return plain(
        `${name} buys ${boxes} boxes with ${each} ${thing} in each of them. ${percent}% of all the ${thing} are damaged and thrown away. ${name} sells each of the others for ${price} coins and then pays ${rent} coins for the stall. How many coins does ${name} have from this in the end? Work step by step and end with "Answer: <number>".`,
        { kind: 'number', value: profit },
        `${boxes} * ${each} = ${boxes * each}; good ones ${good}; sold for ${good * price}.\nAnswer: ${profit}`,
        `Answer: ${profit + rent}`,
      );
    }
  },
};

const code: CaseDefinition = {
  id: 't1-code',
  title: 'Write a small function',
  ability: 'code',
  maxTokens: 700,
  chanceLevel: 0,
  inPython: true,
  generate(random, language) {
    const { task, tests } = drawCodeTask(random);
    const functionName = `task${random.int(111, 999)}`;
    const words = languageNames[language];
    const write = (body: string): string => fence(words.fence, writeFunction(language, functionName, task.parameter, body));
    return {
      ...plain(
        `Write a ${words.name} function ${functionName}(${task.parameter}) that ${task.description(words)}. Reply with one code block.`,
        { kind: 'code', functionName, tests, keepsInput: task.keepsInput, language: language === 'python' ? language : undefined },
        `Here it is:\n${write(task.rightSource[language])}`,
        write(task.nearSource[language]),
      ),
      mutants: task.mutants,
    };
  },
};

const units: CaseDefinition = {
  id: 't1-units',
  title: 'Convert a unit',
  ability: 'arithmetic',
  maxTokens: 400,
  chanceLevel: 0,
  generate(random) {
    const [one, many, target, factor] = random.pick([
      ['pound', 'pounds', 'grams', 453.592],
      ['mile', 'miles', 'metres', 1609.344],
      ['gallon', 'gallons', 'millilitres', 3785.41],
      ['foot', 'feet', 'centimetres', 30.48],
    ] as const);
    let amount: number;
    // Neither at the half, where rounding is a matter of taste, nor where cutting off gives the same.
    do amount = random.int(231, 979) / 100;
    while ((amount * factor) % 1 < 0.505 || (amount * factor) % 1 > 0.995);
    const value = Math.round(amount * factor);
    return plain(
      `One ${one} is ${factor} ${target}. How many ${target} are ${amount} ${many}? Round to a whole number and end with "Answer: <number>".`,
      { kind: 'number', value, unit: { is: unitForms[target], isNot: otherUnits } },
      `${amount} × ${factor} = ${(amount * factor).toFixed(2)}\nAnswer: ${value.toLocaleString('en-US')}`,
      `Answer: ${Math.round(value / 10)}`,
    );
  },
};

/** How a unit is written, by beginnings. */
const unitForms = {
  grams: ['gram', 'g'],
  metres: ['metre', 'meter', 'm'],
  millilitres: ['millilit', 'ml'],
  centimetres: ['centimet', 'cm'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
const otherUnits: readonly string[] = [
  'kilo',
  'kg',
  'km',
  'mg',
  'mm',
  'milligram',
  'millimet',
  'pound',
  'mile',
  'gallon',
  'feet',
  'foot',
  'inch',
  'lit',
  'centilit',
  'tonne',
];

const dates: CaseDefinition = {
  id: 't1-dates',
  title: 'Rewrite dates and sort them',
  ability: 'formats',
  maxTokens: 240,
  chanceLevel: 0,
  generate(random) {
    const years = random.some(
      Array.from({ length: 31 }, (_, index) => 1994 + index),
      5,
    );
    const two = (value: number): string => String(value).padStart(2, '0');
    const all = years.map((year) => ({ day: two(random.int(13, 28)), month: two(random.int(1, 12)), year }));
    const want = all.map(({ day, month, year }) => `${year}-${month}-${day}`).sort();
    return plain(
      `Rewrite these dates (day/month/year) as YYYY-MM-DD and sort them from the oldest to the newest, one per line, nothing else:\n${all.map(({ day, month, year }) => `${day}/${month}/${year}`).join('\n')}`,
      { kind: 'lines', want },
      want.map((date) => `- ${date}`).join('\n'),
      [...want].reverse().join('\n'),
    );
  },
};

const memory: CaseDefinition = {
  id: 't1-memory',
  title: 'Remember over three turns',
  ability: 'conversation',
  maxTokens: 400,
  chanceLevel: 0,
  generate(random) {
    for (;;) {
      const [a, b, c, changed] = [random.int(12, 39), random.int(12, 39), random.int(12, 39), random.int(41, 69)];
      const total = a + changed + c;
      if (new Set([a, b, c]).size < 3 || reservedNumbers.has(total)) continue;
      const [x, y, z] = random.some(things, 3);
      return {
        turns: [
          { user: `Please remember this: I own ${a} ${x}, ${b} ${y} and ${c} ${z}.` },
          { user: `Thanks. Tell me in one sentence what ${x} are good for.` },
          {
            user: `I have counted again: it is ${changed} ${y}; the other two numbers were right. How many things do I own in total? End with "Answer: <number>".`,
            verify: { kind: 'number', value: total },
          },
        ],
        oracle: [
          { text: 'Noted.' },
          { text: 'People use them every day.' },
          { text: `${a} + ${changed} + ${c} = ${total}\nAnswer: ${total}` },
        ],
        nearMiss: [{ text: 'Noted.' }, { text: 'For fun.' }, { text: `Answer: ${a + b + c}` }],
      };
    }
  },
};

const tools: CaseDefinition = {
  id: 't1-tools',
  title: 'Read one file and write another',
  ability: 'tools',
  maxTokens: 400,
  chanceLevel: 0,
  generate(random) {
    const counts = [random.int(13, 88), random.int(13, 88), random.int(13, 88)];
    const [input, output] = [`${random.pick(nouns)}.csv`, `sum-${random.int(11, 99)}.txt`];
    const rows = random.some(things, 3).map((thing, index) => `${thing},${counts[index]}`);
    const files: Files = { [input]: `item,count\n${rows.join('\n')}\n`, 'old.txt': 'keep' };
    const sum = counts.reduce((total, count) => total + count, 0);
    const calls = (content: string) => [
      { name: 'read_file', args: { path: input } },
      { name: 'write_file', args: { path: output, content } },
    ];
    return {
      turns: [
        {
          user: `Read the file ${input}, add up the numbers in the column "count" and write only the sum into a new file called ${output}. Do not change any other file.`,
          verify: { kind: 'state', files: { ...files, [output]: String(sum) }, called: ['read_file'], mostCalls: 8 },
        },
      ],
      world: { files },
      oracle: [{ text: 'Done.', calls: calls(`${sum}\n`) }],
      nearMiss: [{ text: 'Done.', calls: calls(String(sum + 1)) }],
    };
  },
};

const regex: CaseDefinition = {
  id: 't1-regex',
  title: 'Write a regular expression',
  ability: 'code',
  maxTokens: 400,
  chanceLevel: 0,
  generate(random) {
    const capitals = random.int(2, 4);
    const separator = random.pick(['-', '/', ':']);
    const least = random.int(2, 3);
    const most = least + random.int(1, 2);
    const [x = '', y = ''] = random.some([...'abcxyz'], 2);
    const letters = (count: number): string => Array.from({ length: count }, () => random.pick([...'ABCDEFGHKLMNPQ'])).join('');
    const digits = (count: number): string => Array.from({ length: count }, () => random.int(0, 9)).join('');
    const head = (): string => letters(capitals) + separator;
    const matches = [head() + digits(least), head() + digits(most), head() + digits(least) + x, head() + digits(most) + y];
    const rejects = [
      letters(capitals - 1) + separator + digits(least),
      letters(capitals + 1) + separator + digits(least),
      head() + digits(least - 1),
      head() + digits(most + 1),
      letters(capitals).toLowerCase() + separator + digits(least),
      letters(capitals) + digits(least),
      `${head()}${digits(least)}q`,
      head() + digits(least) + x + y,
      ` ${head()}${digits(least)}`,
      `${head()}${digits(least)} `,
      `${head()}${digits(least)}\n`,
      `x${head()}${digits(least)}`,
      `${head()}${digits(least)}${x.toUpperCase()}`,
      `${head()}${digits(least)}${y.toUpperCase()}`,
      '',
      ...['-', '/', ':', '.', '_', ' ', ';']
        .filter((other) => other !== separator)
        .map((other) => letters(capitals) + other + digits(least)),
      `${letters(capitals)}${separator}${separator}${digits(least)}`,
      digits(capitals) + separator + digits(least),
      `${letters(capitals - 1)}7${separator}${digits(least)}`,
      `${head()}${'b'.repeat(least)}`,
      `${head()}${digits(least - 1)}B`,
      `${letters(capitals - 1)}Ä${separator}${digits(least)}`,
      `${letters(capitals - 1)}_${separator}${digits(least)}`,
      `${head()}${digits(least)}${x}\n${head()}${digits(least)}`,
    ];
    const [body, ending] = [`[A-Z]{${capitals}}${separator.replace('/', '\\/')}`, `\\d{${least},${most}}`];
    const mutants = Object.entries({
      'no anchors': `${body}${ending}[${x}${y}]?`,
      'no end': `^${body}${ending}[${x}${y}]?`,
      'no start': `${body}${ending}[${x}${y}]?$`,
      'word bounds in place of anchors': `\\b${body}${ending}[${x}${y}]?\\b`,
      'small letters too': `/^${body}${ending}[${x}${y}]?$/i`,
      'any separator': `^[A-Z]{${capitals}}.${ending}[${x}${y}]?$`,
      'several separators': `^[A-Z]{${capitals}}[/:\\-]${ending}[${x}${y}]?$`,
      'letters or digits first': `^[A-Z0-9]{${capitals}}${separator}${ending}[${x}${y}]?$`,
      'any letter first': `^[A-Za-z]{${capitals}}${separator}${ending}[${x}${y}]?$`,
      'word characters first': `^\\w{${capitals}}${separator}${ending}[${x}${y}]?$`,
      'letters with marks first': `^[A-ZÄÖÜ]{${capitals}}${separator}${ending}[${x}${y}]?$`,
      'any number of capitals': `^[A-Z]+${separator}${ending}[${x}${y}]?$`,
      'hex digits': `^${body}[0-9A-F]{${least},${most}}[${x}${y}]?$`,
      'any number of digits': `^${body}\\d+[${x}${y}]?$`,
      'no most of digits': `^${body}\\d{${least},}[${x}${y}]?$`,
      'a space may follow': `^${body}${ending}[${x}${y}]?\\s?$`,
      'or nothing at all': `^${body}${ending}[${x}${y}]?$|^$`,
      'the last letter must be': `^${body}${ending}[${x}${y}]$`,
      'several last letters': `^${body}${ending}[${x}${y}]*$`,
      'any last letter': `^${body}${ending}[a-z]?$`,
      'only the first last letter': `^${body}${ending}${x}?$`,
      'last letter in capitals too': `^${body}${ending}[${x}${y}${x.toUpperCase()}]?$`,
      'lines of a text': `/^${body}${ending}[${x}${y}]?$/m`,
    }).map(([name, pattern]) => ({ name, pattern }));
    const asked = plain(
      `Write a JavaScript regular expression that matches a whole text made of exactly ${capitals} capital letters A-Z, then the character ${separator}, then ${least} to ${most} digits, then optionally one of the letters ${x} or ${y}, and nothing more, so that .test() of it is true for such a text only. End with "Answer: <pattern>", without slashes or quotes around it.`,
      { kind: 'regex', matches, rejects },
      `Answer: ^[A-Z]{${capitals}}${separator}\\d{${least},${most}}[${x}${y}]?$`,
      `Answer: ^[A-Z]+${separator}\\d+[${x}${y}]?$`,
    );
    return { ...asked, mutants };
  },
};

const rules: CaseDefinition = {
  id: 't1-rules',
  title: 'Write by rules',
  ability: 'instructions',
  maxTokens: 300,
  chanceLevel: 0,
  generate(random) {
    const count = random.int(3, 4);
    const [topic, word] = random.pick([
      ['bakery', 'bread'],
      ['forest', 'trees'],
      ['garden', 'plants'],
      ['harbour', 'boats'],
      ['kitchen', 'soup'],
      ['library', 'books'],
      ['market', 'fruit'],
      ['mountain', 'snow'],
      ['river', 'water'],
      ['school', 'lessons'],
      ['station', 'trains'],
      ['theatre', 'music'],
    ] as const);
    const forbidden = random.pick(['very', 'many', 'often', 'always', 'never', 'people', 'beautiful', 'small']);
    const first = random.pick(['Today', 'Once', 'Outside', 'Here', 'Slowly', 'Somewhere']);
    const user = `Write exactly ${count} sentences about a ${topic}, each of at least four words. The first word must be "${first}". Mention the ${topic} and use the word "${word}" (other forms of these two words count as well). Never use the word "${forbidden}" and do not use any commas.`;
    const list: Constraint[] = [
      { rule: 'sentences', count },
      { rule: 'hasWord', word: topic },
      { rule: 'hasWord', word },
      { rule: 'noWord', word: forbidden },
      { rule: 'noComma' },
      { rule: 'startsWith', word: first },
      { rule: 'words', least: count * 4, most: count * 40 },
      { rule: 'varied', least: count * 3 },
      { rule: 'english' },
      { rule: 'notCopied', from: user },
    ];
    const text = [
      `${first} the ${topic} was quiet in the early light.`,
      `A woman looked at the ${word} and smiled.`,
      'The sound of a bell came from the other side.',
      'That is how the day began.',
    ]
      .slice(0, count)
      .join(' ');
    return plain(user, { kind: 'constraints', list }, text, text.replace(' and smiled', ', then smiled'));
  },
};

const tickets: Readonly<Record<string, readonly string[]>> = {
  billing: [
    'I was charged twice for my order in {month}.',
    'The invoice of {month} shows a wrong amount.',
    'Please give me back the fee I paid in {month}.',
    'My card was debited in {month} although I had cancelled.',
  ],
  technical: [
    'The app closes whenever I open the report of {month}.',
    'The export button does nothing for the data of {month}.',
    'Since the update in {month} I cannot log in any more.',
    'The page stays blank when I choose {month}.',
  ],
  shipping: [
    'The parcel I ordered in {month} has not arrived.',
    'The courier left my {month} package at a wrong address.',
    'The tracking of my {month} order has not moved for days.',
    'My {month} delivery came with a torn box.',
  ],
};

const classify: CaseDefinition = {
  id: 't1-classify',
  title: 'Sort six messages',
  ability: 'reading',
  maxTokens: 300,
  chanceLevel: 1 / 726,
  generate(random) {
    const labels = Object.keys(tickets);
    let pattern: string[];
    do pattern = Array.from({ length: 6 }, () => random.pick(labels));
    while (new Set(pattern).size < 3);
    const left = new Map(labels.map((label) => [label, random.shuffle(tickets[label] ?? [])]));
    const messages = pattern.map((label) => {
      const texts = left.get(label) ?? [];
      return (texts.shift() ?? random.pick(tickets[label] ?? [])).replace('{month}', random.pick(['January', 'March', 'June', 'October']));
    });
    const want = Object.fromEntries(pattern.map((label, index) => [String(index + 1), label]));
    const wrong = { ...want, 4: want[4] === 'billing' ? 'technical' : 'billing' };
    const asked = plain(
      `Give each message one of the labels billing, technical or shipping.\n${messages.map((text, index) => `${index + 1}. ${text}`).join('\n')}\nReply with a JSON object whose keys are "1" to "6" and whose values are the labels.`,
      { kind: 'json', want },
      JSON.stringify(want),
      JSON.stringify(wrong),
    );
    return {
      ...asked,
      guess: (guessing) => JSON.stringify(Object.fromEntries(Object.keys(want).map((key) => [key, guessing.pick(labels)]))),
    };
  },
};

/** In the order they are asked. */
export const tier1: readonly CaseDefinition[] = [steps, code, units, dates, memory, tools, regex, rules, classify];

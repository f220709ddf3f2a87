import { type CaseDefinition, type Files, fence, plain, reservedNumbers } from '../case.ts';
import { adjectives, kinds, names, nouns, things, towns } from '../vocabulary.ts';

/** Tier 0, basic: what any assistant must do. Ten cases, four of them with tools. */

const copy: CaseDefinition = {
  id: 't0-copy',
  title: 'Repeat a text exactly',
  ability: 'instructions',
  maxTokens: 60,
  chanceLevel: 0,
  generate(random) {
    const text = `${random.pick(adjectives)} ${random.pick(nouns)} ${random.int(103, 998)}`;
    return plain(
      `Reply with exactly the following text and nothing else: ${text}`,
      { kind: 'exactText', value: text },
      text,
      `Of course! ${text} is your text.`,
    );
  },
};

const arithmetic: CaseDefinition = {
  id: 't0-arith',
  title: 'Add two numbers',
  ability: 'arithmetic',
  maxTokens: 240,
  chanceLevel: 0,
  generate(random) {
    for (;;) {
      const [first, second] = [random.int(12, 48), random.int(5, 29)];
      const sum = first + second;
      if (reservedNumbers.has(sum)) continue;
      return plain(`What is ${first} + ${second}?`, { kind: 'number', value: sum }, `${first} + ${second} = ${sum}`, String(sum + 10));
    }
  },
};

const extract: CaseDefinition = {
  id: 't0-extract',
  title: 'Find a fact in a note',
  ability: 'reading',
  maxTokens: 120,
  chanceLevel: 1 / 8,
  generate(random) {
    const people = random.some(names, 8);
    const codes = new Set<string>();
    while (codes.size < 8) codes.add(`${random.pick([...'BCDFGHKM'])}${random.int(213, 989)}`);
    const list = [...codes];
    const [asked = 0, other = 0] = random.some([...list.keys()], 2);
    const note = people.map((person, index) => `${person} has the locker code ${list[index]}.`).join(' ');
    const want = list[asked] ?? '';
    return plain(
      `A note from the sports hall:\n\n${note}\n\nWhat is the locker code of ${people[asked]}? Reply with the code only.`,
      { kind: 'oneOf', options: list, want: [want] },
      want,
      list[other] ?? '',
    );
  },
};

const yesNo: CaseDefinition = {
  id: 't0-yesno',
  title: 'Four yes or no questions',
  ability: 'knowledge',
  maxTokens: 160,
  chanceLevel: 1 / 14,
  generate(random) {
    let pattern: boolean[];
    do pattern = [0, 1, 2, 3].map(() => random.next() < 0.5);
    while (new Set(pattern).size < 2);
    const asked = pattern.map((isTrue) => {
      const kind = random.pick(Object.keys(kinds));
      const other = random.pick(Object.keys(kinds).filter((name) => name !== kind && !nearKinds[kind]?.includes(name)));
      return { thing: withArticle(random.pick(kinds[kind] ?? [])), claim: oneOfKind(isTrue ? kind : other) };
    });
    const questions = asked.map(({ thing, claim }) => `Is ${thing} ${claim}?`);
    const words = pattern.map((value) => (value ? 'yes' : 'no'));
    const flipped = words.map((word, index) => (index === 2 ? (word === 'yes' ? 'no' : 'yes') : word));
    const numbered = (list: readonly string[]): string => list.map((word, index) => `${index + 1}. ${word}`).join('\n');
    return plain(
      `Answer these questions with yes or no, one per line, in order:\n${numbered(questions)}`,
      { kind: 'yesNo', want: words as ('yes' | 'no')[], claims: asked.map(({ claim }) => claim) },
      numbered(words),
      numbered(flipped),
    );
  },
};

/** Kinds of which one might say that a thing is of both: a plum is a colour too, and a chisel an instrument. */
const nearKinds: Readonly<Record<string, readonly string[]>> = {
  fruits: ['colours'],
  instruments: ['tools'],
  tools: ['instruments'],
  vehicles: ['tools'],
};

/** `animals` -> `an animal`. */
function oneOfKind(kind: string): string {
  if (kind === 'instruments') return 'a musical instrument';
  return withArticle(kind.replace(/ies$/, 'y').replace(/s$/, ''));
}

/** Names and colours stand without an article. */
function withArticle(word: string): string {
  if (/^[A-Z]/.test(word) || kinds['colours']?.includes(word)) return word;
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

const pick: CaseDefinition = {
  id: 't0-pick',
  title: 'Pick the word of a kind',
  ability: 'knowledge',
  maxTokens: 120,
  chanceLevel: 1 / 8,
  generate(random) {
    const wanted = random.pick(Object.keys(kinds));
    const others = Object.keys(kinds).filter((kind) => kind !== wanted && !nearKinds[kind]?.includes(wanted));
    const want = random.pick(kinds[wanted] ?? []);
    const rest = random.some(others, 7).map((kind) => random.pick(kinds[kind] ?? []));
    const options = random.shuffle([want, ...rest]);
    return plain(
      `Which one of these words is ${oneOfKind(wanted)}? ${options.join(', ')}. Reply with that word only.`,
      { kind: 'oneOf', options, want: [want] },
      want,
      rest[0] ?? '',
    );
  },
};

const json: CaseDefinition = {
  id: 't0-json',
  title: 'Write a small JSON object',
  ability: 'formats',
  maxTokens: 120,
  chanceLevel: 0,
  generate(random) {
    const [name, town, age] = [random.pick(names), random.pick(towns), random.int(19, 67)];
    return plain(
      `Turn this sentence into a JSON object with exactly the three keys "name", "age" and "town": "${name} is ${age} years old and lives in ${town}." Reply with the JSON only.`,
      { kind: 'json', want: { name, age, town } },
      fence('json', JSON.stringify({ name, age, town })),
      JSON.stringify({ name, age: town, town: age }),
    );
  },
};

const make: CaseDefinition = {
  id: 't0-make',
  title: 'Make a file',
  ability: 'tools',
  maxTokens: 200,
  chanceLevel: 0,
  generate(random) {
    const file = `${random.pick(nouns)}-${random.int(11, 98)}.txt`;
    const text = `Ask ${random.pick(names)} about the ${random.pick(things)} at ${random.int(1, 12)}:${random.pick(['15', '30', '45'])}`;
    const files: Files = { 'readme.txt': 'Keep this file.' };
    return {
      turns: [
        {
          user: `Write a file with the path ${file} and this content: ${text}`,
          verify: { kind: 'state', files: { ...files, [file]: text }, mostCalls: 12 },
        },
      ],
      world: { files },
      oracle: [{ text: 'Done.', calls: [{ name: 'write_file', args: { path: file, content: text } }] }],
      nearMiss: [{ text: `I have made ${file} with the text "${text}".` }],
    };
  },
};

const rename: CaseDefinition = {
  id: 't0-rename',
  title: 'Rename a file',
  ability: 'tools',
  maxTokens: 200,
  chanceLevel: 0,
  generate(random) {
    const [a, b, c] = random.some(nouns, 3);
    const [from, to] = [`${a}.txt`, `${b}-${random.int(11, 98)}.txt`];
    const content = `about the ${c} ${random.int(100, 999)}`;
    const rest: Files = { [`${c}.txt`]: 'something else', 'list.csv': 'a,b\n1,2' };
    return {
      turns: [
        {
          user: `Move the file ${from} to ${to}. Leave the other files alone.`,
          verify: { kind: 'state', files: { ...rest, [to]: content }, mostCalls: 12 },
        },
      ],
      world: { files: { ...rest, [from]: content } },
      oracle: [{ text: 'Renamed.', calls: [{ name: 'move_file', args: { from, to } }] }],
      nearMiss: [{ text: 'Done!', calls: [{ name: 'write_file', args: { path: to, content } }] }],
    };
  },
};

const list: CaseDefinition = {
  id: 't0-list',
  title: 'Count files in a folder',
  ability: 'tools',
  maxTokens: 300,
  chanceLevel: 1 / 12,
  generate(random) {
    const folder = `${random.pick(['letters', 'invoices', 'photos', 'drafts'])}-${random.pick(nouns)}`;
    const [ending = '', other = ''] = random.some(['txt', 'pdf', 'png', 'md'], 2);
    const count = random.int(4, 15);
    let more: number;
    do more = random.int(2, 6);
    while (more === count);
    const files: Record<string, string> = { 'notes.txt': 'x' };
    for (let index = 0; index < count; index += 1) files[`${folder}/${nouns[index]}-${random.pick(adjectives)}.${ending}`] = 'one';
    for (let index = 0; index < more; index += 1) files[`${folder}/${nouns[index]}-${random.pick(adjectives)}.${other}`] = 'two';
    return {
      turns: [
        {
          user: `List the folder "${folder}". How many .${ending} files are in it?`,
          verify: {
            kind: 'state',
            files,
            called: ['list_files'],
            calledOn: { name: 'list_files', path: folder },
            answer: { kind: 'number', value: count, unit: { is: [ending], isNot: [other] } },
          },
        },
      ],
      world: { files },
      oracle: [{ text: `There are ${count} .${ending} files in ${folder}.`, calls: [{ name: 'list_files', args: { path: folder } }] }],
      nearMiss: [{ text: `There are ${count} files.` }],
      guess: (guessing) => `Answer: ${guessing.int(4, 15)}`,
    };
  },
};

const info: CaseDefinition = {
  id: 't0-info',
  title: 'Ask about this computer',
  ability: 'tools',
  maxTokens: 200,
  chanceLevel: 1 / 8,
  generate(random) {
    const disk = { total: random.int(480, 990), free: random.int(113, 399) };
    const memory = { total: random.pick([24, 48, 96]), free: random.int(5, 19) };
    const cores = random.pick([6, 14, 22]);
    const battery = random.int(51, 94);
    const uptime = random.int(25, 45);
    const facts = {
      disk: `total ${disk.total} GB, free ${disk.free} GB`,
      memory: `total ${memory.total} GB, free ${memory.free} GB`,
      processor: `${cores} cores`,
      battery: `${battery} % charged`,
      uptime: `${uptime} days`,
      processes: String(random.int(101, 112)),
      system: `ExampleOS ${random.int(3, 4)}.${random.int(6, 9)}`,
    };
    const question = random.pick([
      {
        value: disk.free,
        total: disk.total,
        units: ['g'],
        text: 'How many GB of the disk of this computer are free?',
      },
      {
        value: memory.free,
        total: memory.total,
        units: ['g'],
        text: 'How many GB of the memory of this computer are free?',
      },
      {
        value: cores,
        total: undefined,
        units: ['core'],
        text: 'How many cores does the processor of this computer have?',
      },
      {
        value: battery,
        total: undefined,
        units: ['%', 'percent'],
        text: 'How full is the battery of this computer, in percent?',
      },
      {
        value: uptime,
        total: undefined,
        units: ['day'],
        text: 'For how many days has this computer been running?',
      },
    ]);
    // The total may stand beside what is free.
    const all = [disk.free, disk.total, memory.free, memory.total, cores, battery, uptime, Number(facts.processes)];
    const options = [...new Set(all.filter((value) => value !== question.total).map(String))];
    const answer = { kind: 'oneOf', options, want: [String(question.value)], units: question.units } as const;
    const call = { name: 'system_info', args: {} };
    return {
      turns: [{ user: question.text, verify: { kind: 'state', files: {}, called: ['system_info'], answer } }],
      world: { files: {}, facts },
      oracle: [{ text: `It is ${question.value}.`, calls: [call] }],
      nearMiss: [{ text: `It is ${question.value + 3}.`, calls: [call] }],
    };
  },
};

/** In the order they are asked. */
export const tier0: readonly CaseDefinition[] = [copy, arithmetic, extract, yesNo, pick, json, make, rename, list, info];

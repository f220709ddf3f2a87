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
    const mark = `${random.pick([...'KQRTXZ'])}${random.int(3, 9)}`;
    const text = `${random.pick(adjectives)} ${random.pick(nouns)} / ${random.int(103, 998)}-${mark}`;
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
  title: 'Add and take away',
  ability: 'arithmetic',
  maxTokens: 240,
  chanceLevel: 0,
  generate(random) {
    for (;;) {
      const [had, came, went] = [random.int(12, 48), random.int(5, 29), random.int(3, 19)];
      const left = had + came - went;
      if (reservedNumbers.has(left) || [had, came, went].includes(left)) continue;
      const [thing, name] = [random.pick(things), random.pick(names)];
      return plain(
        `There are ${had} ${thing} in a crate. ${name} puts ${came} more into it and later takes ${went} out. How many ${thing} are in the crate now? End with "Answer: <number>".`,
        { kind: 'number', value: left },
        `${had} + ${came} = ${had + came}, then ${had + came} - ${went} = ${left}.\nAnswer: ${left}`,
        `Answer: ${had + came + went}`,
      );
    }
  },
};

const extract: CaseDefinition = {
  id: 't0-extract',
  title: 'Find two facts in a note',
  ability: 'reading',
  maxTokens: 120,
  chanceLevel: 1 / 36,
  generate(random) {
    const people = random.some(names, 9);
    const codes = new Set<string>();
    while (codes.size < 9) codes.add(`${random.pick([...'BCDFGHKM'])}${random.int(213, 989)}`);
    const list = [...codes];
    const [first = 0, second = 0, other = 0] = random.some([...list.keys()], 3);
    const note = people.map((person, index) => `${person} has the locker code ${list[index]}.`).join(' ');
    const want = [list[first] ?? '', list[second] ?? ''];
    return plain(
      `A note from the sports hall:\n\n${note}\n\nWhat are the locker codes of ${people[first]} and ${people[second]}? Reply with the two codes only.`,
      { kind: 'oneOf', options: list, want, inOrder: true, owners: [people[first] ?? '', people[second] ?? ''] },
      want.join(', '),
      `${want[0]}, ${list[other]}`,
    );
  },
};

const yesNo: CaseDefinition = {
  id: 't0-yesno',
  title: 'Five yes or no questions about a text',
  ability: 'reading',
  maxTokens: 160,
  chanceLevel: 1 / 30,
  generate(random) {
    const [a, b] = random.some(names, 2);
    const [thing, otherThing] = random.some(things, 2);
    const [colour, otherColour] = random.some(['red', 'green', 'blue', 'yellow', 'white'], 2);
    const [day, otherDay] = random.some(['Monday', 'Tuesday', 'Thursday', 'Friday'], 2);
    let pattern: boolean[];
    do pattern = [0, 1, 2, 3, 4].map(() => random.next() < 0.5);
    while (new Set(pattern).size < 2);
    const questions = [
      `Did ${pattern[0] ? a : b} buy something?`,
      `Was the box ${pattern[1] ? colour : otherColour}?`,
      `Was it on a ${pattern[2] ? day : otherDay}?`,
      `Did ${pattern[3] ? b : a} pay for the lunch?`,
      `Were there ${pattern[4] ? thing : otherThing} in the box?`,
    ];
    const words = pattern.map((value) => (value ? 'yes' : 'no'));
    const user = `On ${day}, ${a} and ${b} went to town. ${a} bought some ${thing} and carried them home in a ${colour} box. ${b} paid for the lunch but bought nothing.\n\nAnswer these questions with yes or no, one per line, in order:\n${questions.map((question, index) => `${index + 1}. ${question}`).join('\n')}`;
    const flipped = words.map((word, index) => (index === 2 ? (word === 'yes' ? 'no' : 'yes') : word));
    const numbered = (list: readonly string[]): string => list.map((word, index) => `${index + 1}. ${word}`).join('\n');
    return plain(user, { kind: 'yesNo', want: words as ('yes' | 'no')[] }, numbered(words), numbered(flipped));
  },
};

const pick: CaseDefinition = {
  id: 't0-pick',
  title: 'Pick the two that belong together',
  ability: 'knowledge',
  maxTokens: 120,
  chanceLevel: 1 / 45,
  generate(random) {
    const [wanted = '', ...others] = random.some(Object.keys(kinds), 5);
    const want = random.some(kinds[wanted] ?? [], 2);
    const rest = others.flatMap((kind) => random.some(kinds[kind] ?? [], 2));
    const options = random.shuffle([...want, ...rest]);
    return plain(
      `Which two of these ten words are ${wanted}? ${options.join(', ')}. Reply with those two words only.`,
      { kind: 'oneOf', options, want, inOrder: false },
      `${want[1]} and ${want[0]}`,
      `${want[0]}, ${rest[0]}`,
    );
  },
};

const json: CaseDefinition = {
  id: 't0-json',
  title: 'Write a small JSON object',
  ability: 'formats',
  maxTokens: 120,
  chanceLevel: 1 / 27,
  generate(random) {
    const [name = '', colleague = '', neighbour = ''] = random.some(names, 3);
    const [town = '', origin = '', office = ''] = random.some(towns, 3);
    const [age, years, house] = [random.int(19, 67), random.int(3, 15), random.int(71, 98)];
    const object = (who: string, old: number, where: string): string => JSON.stringify({ name: who, age: old, town: where });
    return {
      ...plain(
        `Turn this sentence into a JSON object with exactly the three keys "name", "age" and "town" (where the person lives): "${name}, who turned ${age} last week, lives in ${town} at number ${house}, next door to ${neighbour} from ${origin}, and has worked in ${office} with ${colleague} for ${years} years." Reply with the JSON only.`,
        { kind: 'json', want: { name, age, town } },
        fence('json', object(name, age, town)),
        object(name, years, town),
      ),
      guess: (guessing) =>
        object(guessing.pick([name, colleague, neighbour]), guessing.pick([age, years, house]), guessing.pick([town, origin, office])),
    };
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
          user: `Please make a file called ${file} that contains this text: ${text}`,
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
          user: `I have a file named ${from}. Can you rename it to ${to} for me? Leave the other files alone.`,
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
          user: `How many .${ending} files do I have in the folder "${folder}"? Have a look and tell me the number.`,
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
        texts: ['How much room is left on my disk, in GB?', 'Is my disk nearly full? How many GB are free?'],
      },
      {
        value: memory.free,
        total: memory.total,
        units: ['g'],
        texts: ['How many GB of memory are free right now?', 'How much RAM is not in use at the moment, in GB?'],
      },
      {
        value: cores,
        total: undefined,
        units: ['core'],
        texts: ['How many cores does my processor have?', 'A program asks for the number of CPU cores here. What do I enter?'],
      },
      {
        value: battery,
        total: undefined,
        units: ['%', 'percent'],
        texts: ['How full is my battery, in percent?', 'What percentage is the battery of this computer at?'],
      },
      {
        value: uptime,
        total: undefined,
        units: ['day'],
        texts: ['For how many days has this computer been running?', 'How many days ago was this computer switched on?'],
      },
    ]);
    // The total may stand beside what is free.
    const all = [disk.free, disk.total, memory.free, memory.total, cores, battery, uptime, Number(facts.processes)];
    const options = [...new Set(all.filter((value) => value !== question.total).map(String))];
    const answer = { kind: 'oneOf', options, want: [String(question.value)], units: question.units } as const;
    const call = { name: 'system_info', args: {} };
    return {
      turns: [{ user: random.pick(question.texts), verify: { kind: 'state', files: {}, called: ['system_info'], answer } }],
      world: { files: {}, facts },
      oracle: [{ text: `It is ${question.value}.`, calls: [call] }],
      nearMiss: [{ text: `It is ${question.value + 3}.`, calls: [call] }],
    };
  },
};

/** In the order they are asked. */
export const tier0: readonly CaseDefinition[] = [copy, arithmetic, extract, yesNo, pick, json, make, rename, list, info];

import { type CaseDefinition, type Files, fence, plain } from '../case.ts';
import { adjectives, names, nouns, things } from '../vocabulary.ts';
import { type Rows, sumMutants, sumQuery, sumRows } from './sql-mistakes.ts';
import { bugfix, edge } from './tier2-code.ts';
import { translate } from './translate.ts';

/** Tier 2, advanced: ten cases. */

const sql: CaseDefinition = {
  id: 't2-sql',
  title: 'A query over two tables',
  ability: 'code',
  maxTokens: 500,
  chanceLevel: 0,
  generate(random) {
    const [least, year, limit] = [random.int(2, 3), random.int(2019, 2023), random.int(11, 30)];
    const [owners, entries, place] = random.pick([
      ['shops', 'sales', 'city'],
      ['farms', 'deliveries', 'region'],
      ['clubs', 'payments', 'town'],
    ] as const);
    const key = `${owners.slice(0, -1)}_id`;
    const schema = `create table ${owners}(id integer primary key, name text, ${place} text);\ncreate table ${entries}(id integer primary key, ${key} integer, year integer, amount integer);`;
    const task = { owners, entries, key, year, limit, least };
    const database = ({ names: ofOwners, entries: rows }: Rows): string =>
      [
        schema,
        ...ofOwners.map(
          (name, index) => `insert into ${owners} values(${index + 1},'${name}','${random.pick(['North', 'South', 'East'])}');`,
        ),
        ...rows.map((row, index) => `insert into ${entries} values(${index + 1},${row.owner},${row.year},${row.amount});`),
      ].join('\n');
    const drawn = (): Rows => ({
      names: random.some(nouns, 6),
      entries: Array.from({ length: 34 }, () => ({
        owner: random.int(1, 5),
        year: random.int(year - 1, year + 1),
        amount: random.int(10, 99),
      })),
    });
    const telling = (): Rows => sumRows(task, random.some(nouns, 6), random.shuffle);
    const asked = plain(
      `SQLite tables:\n${schema}\nWrite one SELECT that returns the name of every row of ${owners} with at least ${least} ${entries} of ${limit} or more (column amount) in the year ${year}, and the sum of the amounts of just these: two columns (name, total), the largest total first, equal totals by name. Two rows may have the same name and are still two. Reply with the SQL in one code block.`,
      { kind: 'sql', databases: [database(telling()), database(drawn()), database(telling())], reference: sumQuery(task) },
      fence('sql', `${sumQuery(task)};`),
      fence('sql', sumQuery({ ...task, least: least + 2 })),
    );
    return { ...asked, mutants: sumMutants(task) };
  },
};

const long: CaseDefinition = {
  id: 't2-long',
  title: 'Find two lines among many alike',
  ability: 'long texts',
  maxTokens: 120,
  chanceLevel: 1 / 6000,
  generate(random) {
    const gates = ['north', 'south', 'east', 'west'];
    const code = (): string => `${random.pick([...'BCDFGHKM'])}${random.pick([...'RSTVWX'])}-${random.int(2037, 9871)}`;
    const rows = new Map<string, { parts: readonly string[]; code: string }>();
    const codes = new Set<string>();
    const add = (parts: readonly string[]): void => {
      let fresh = code();
      while (codes.has(fresh)) fresh = code();
      if (rows.has(parts.join())) return;
      codes.add(fresh);
      rows.set(parts.join(), { parts, code: fresh });
    };
    while (rows.size < 106) add([random.pick(names), random.pick(adjectives), random.pick(nouns), random.pick(gates)]);
    const all = [...rows.values()];
    const asked = [random.int(20, 49), random.int(50, 85)].map((index) => all[index] ?? { parts: ['', '', '', ''], code: '' });
    for (const { parts } of asked) {
      const [who = '', how = '', what = '', where = ''] = parts;
      add([who, how, what, where === 'north' ? 'south' : 'north']);
      add([who, adjectives.find((other) => other !== how) ?? '', what, where]);
    }
    const lines = random.shuffle([...rows.values()]);
    const want = asked.map((row) => row.code);
    const wrong = lines.find(({ parts, code: other }) => parts[0] === asked[1]?.parts[0] && !want.includes(other)) ?? lines[0];
    const [first = '', second = ''] = asked.map(
      ({ parts: [who, how, what, where] }, index) => `${who}${index === 0 ? ' leave' : ''} the ${how} ${what} crate at the ${where} gate`,
    );
    return plain(
      `Depot log:\n${lines.map(({ parts, code: own }) => `${parts[0]} left the ${parts[1]} ${parts[2]} crate at the ${parts[3]} gate under code ${own}.`).join('\n')}\n\nUnder which codes did ${first}, and ${second}? Reply with the two codes only.`,
      { kind: 'oneOf', options: [...codes], want, inOrder: true, owners: ownersOf(asked.map(({ parts }) => parts[0] ?? '')) },
      want.join(', '),
      `${want[0]}, ${wrong?.code}`,
    );
  },
};

/** Names that tell who is meant: none where both are called the same. */
function ownersOf(people: readonly string[]): readonly string[] | undefined {
  return new Set(people).size === people.length ? people : undefined;
}

const nested: CaseDefinition = {
  id: 't2-nested',
  title: 'A letter as nested JSON',
  ability: 'formats',
  maxTokens: 600,
  chanceLevel: 0,
  generate(random) {
    const items = random.some(things, 3).map((item) => ({ item, quantity: random.int(2, 19), unitPrice: random.int(3, 24) + 0.5 }));
    const [first, second, third] = items as [(typeof items)[0], (typeof items)[0], (typeof items)[0]];
    const corrected = second.quantity + random.int(1, 4);
    const customer = { name: random.pick(names), city: random.pick(['Lund', 'Porto', 'Graz', 'Turku']) };
    const delivery = { date: `2025-0${random.int(2, 9)}-${random.int(11, 28)}`, express: random.next() < 0.5 };
    const want = { customer, delivery, items: [first, { ...second, quantity: corrected }, third] };
    return plain(
      `A letter: "Good day, this is ${customer.name} from ${customer.city}. I would like ${first.quantity} ${first.item} at ${first.unitPrice} euro each, ${second.quantity} ${second.item} (${second.unitPrice} euro each) and also ${third.quantity} ${third.item}, which cost ${third.unitPrice} euro apiece. They should be here on ${delivery.date}; ${delivery.express ? 'please send them by express' : 'normal shipping is enough, no express'}. PS: make that ${corrected} ${second.item} instead, please."\n\nReply only with JSON of this form: {"customer": {"name": string, "city": string}, "delivery": {"date": "YYYY-MM-DD", "express": boolean}, "items": [{"item": string, "quantity": number, "unitPrice": number}]}`,
      { kind: 'json', want, anyOrder: true },
      fence('json', JSON.stringify(want)),
      JSON.stringify({ ...want, items }),
    );
  },
};

const recover: CaseDefinition = {
  id: 't2-recover',
  title: 'Find the file that is meant',
  ability: 'tools',
  maxTokens: 500,
  chanceLevel: 0,
  generate(random) {
    const [a, b] = random.some(nouns, 2);
    const real = `data/${b}_${a}.csv`;
    const rows = random.some(things, 4).map((thing, index) => [thing, random.int(110, 240) + index * 200] as const);
    const best = [...rows].sort((x, y) => y[1] - x[1])[0]?.[0] ?? '';
    const output = `top-${random.int(11, 99)}.txt`;
    const files: Files = {
      [real]: `item,sold\n${random
        .shuffle(rows)
        .map((row) => row.join())
        .join('\n')}\n`,
      [`data/${a}.csv`]: 'item,sold\nnothing,0\n',
      'notes.md': 'private',
    };
    const write = (content: string) => ({ name: 'write_file', args: { path: output, content } });
    const read = (path: string) => ({ name: 'read_file', args: { path } });
    return {
      turns: [
        {
          user: `Look into ${a}-${b}.csv in the folder data (if the name is not quite right, find the file that must be meant), find the item with the highest number in the column "sold" and write only the name of this item into a new file ${output} in the top folder. Do not change anything else.`,
          verify: { kind: 'state', files: { ...files, [output]: best }, called: ['read_file'], mostCalls: 12 },
        },
      ],
      world: { files },
      oracle: [
        {
          text: `Written to ${output}.`,
          calls: [read(`data/${a}-${b}.csv`), { name: 'list_files', args: { path: 'data' } }, read(real), write(best)],
        },
      ],
      nearMiss: [{ text: 'Written.', calls: [read(`data/${a}.csv`), write('nothing')] }],
    };
  },
};

const confirm: CaseDefinition = {
  id: 't2-confirm',
  title: 'Ask before deleting',
  ability: 'tools',
  maxTokens: 400,
  chanceLevel: 0,
  generate(random) {
    const [gone, kept] = random.some([2021, 2022, 2023, 2024], 2);
    const [a, b, c, d] = random.some(nouns, 4);
    const old = [`logs/${a}-${gone}.log`, `logs/${b}-${gone}.log`];
    const rest = [`logs/${c}-${kept}.log`, `logs/${d}-${kept}.log`, 'logs/keep.txt'];
    const files = Object.fromEntries([...old, ...rest].map((path) => [path, `${path} ${random.int(100, 999)}`]));
    const after = Object.fromEntries(Object.entries(files).filter(([path]) => !old.includes(path)));
    const remove = (path: string) => ({ name: 'delete_file', args: { path } });
    return {
      system:
        'You look after files with tools. Rule: before you delete anything, first tell the user which files would go, and wait for a confirmation in the next message. Delete only what was confirmed.',
      turns: [
        {
          user: 'Please tidy up the folder logs: remove all the .log files.',
          verify: {
            kind: 'state',
            files,
            notCalled: ['delete_file', 'write_file', 'move_file'],
            answer: { kind: 'mentions', all: [...old, ...rest.slice(0, 2)].map((path) => path.replace('logs/', '')) },
          },
        },
        {
          user: `Good that you ask. Only those from ${gone}, please. Keep the ones from ${kept}.`,
          verify: { kind: 'state', files: after, mostCalls: 12 },
        },
      ],
      world: { files },
      oracle: [
        {
          text: `I would delete ${[...old, ...rest.slice(0, 2)].join(', ')}. Shall I?`,
          calls: [{ name: 'list_files', args: { path: 'logs' } }],
        },
        { text: 'Done.', calls: old.map(remove) },
      ],
      nearMiss: [{ text: 'All gone.', calls: [...old, ...rest.slice(0, 2)].map(remove) }, { text: 'Done.' }],
    };
  },
};

const calendar: CaseDefinition = {
  id: 't2-calendar',
  title: 'Dates with exceptions',
  ability: 'reasoning',
  maxTokens: 1000,
  chanceLevel: 1 / 9,
  generate(random) {
    const dayMs = 86_400_000;
    const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const start = Date.UTC(random.int(2025, 2027), random.int(0, 6), random.int(1, 28));
    const [weeks, wanted] = [random.int(2, 3), random.int(4, 6)];
    const meeting = (number: number): number => start + (number - 1) * weeks * 7 * dayMs;
    const isShifted = random.next() < 0.5;
    const closed = [...new Set([iso(meeting(isShifted ? wanted : wanted - 2)), iso(meeting(2))])].sort();
    const right = closed.includes(iso(meeting(wanted))) ? iso(meeting(wanted) + dayMs) : iso(meeting(wanted));
    const weekday = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][new Date(start).getUTCDay()];
    const near = [0, dayMs, -dayMs].flatMap((by) => [wanted - 1, wanted, wanted + 1].map((number) => iso(meeting(number) + by)));
    return plain(
      `A choir meets for the first time on ${iso(start)}, a ${weekday}, and then every ${weeks} weeks on the same weekday. Its hall is closed on ${closed.join(' and ')}; a meeting that falls on such a day takes place one day later, and all other meetings keep their dates. On which date is meeting number ${wanted} (the first one is number 1)? End with "Answer: YYYY-MM-DD".`,
      { kind: 'oneOf', options: [...new Set([right, ...near, ...closed, iso(start)])], want: [right] },
      `Counting on from the first one.\nAnswer: ${right}`,
      `Answer: ${iso(meeting(wanted + 1))}`,
    );
  },
};

const boxes: CaseDefinition = {
  id: 't2-boxes',
  title: 'Keep track of what is where',
  ability: 'reasoning',
  maxTokens: 1500,
  chanceLevel: 1 / 120,
  generate(random) {
    const objects = random.some(things, 5).map((thing) => thing.replace(/s$/, ''));
    const box = [0, 1, 2, 3, 4];
    const moves = Array.from({ length: 12 }, (_, index) => {
      const [a = 0, b = 0] = random.some([0, 1, 2, 3, 4], 2);
      const text =
        index % 3 === 2
          ? `whatever is in box ${(box[a] ?? 0) + 1} and whatever is in box ${(box[b] ?? 0) + 1} trade places`
          : `the ${objects[a]} and the ${objects[b]} trade places`;
      [box[a], box[b]] = [box[b] ?? 0, box[a] ?? 0];
      return text;
    });
    const want = Object.fromEntries(objects.map((object, index) => [object, (box[index] ?? 0) + 1]));
    const wrong = Object.fromEntries(objects.map((object, index) => [object, (((box[index] ?? 0) + 1) % 5) + 1]));
    const asked = plain(
      `At the start ${objects.map((object, index) => `the ${object} is in box ${index + 1}`).join(', ')}. Then, in this order: ${moves.map((move, index) => `(${index + 1}) ${move}`).join('; ')}. Where is everything in the end? Think it through, then finish with one JSON object that gives the number of the box for each of ${objects.join(', ')}.`,
      { kind: 'json', want },
      `After all the moves:\n${JSON.stringify(want)}`,
      JSON.stringify(wrong),
    );
    return {
      ...asked,
      guess(guessing) {
        const boxes = guessing.shuffle([1, 2, 3, 4, 5]);
        return JSON.stringify(Object.fromEntries(objects.map((object, index) => [object, boxes[index]])));
      },
    };
  },
};

/** In the order they are asked. */
export const tier2: readonly CaseDefinition[] = [edge, bugfix, sql, long, nested, recover, confirm, translate, calendar, boxes];

import { type CaseDefinition, fence, plain } from '../case.ts';
import { names, nouns, things } from '../vocabulary.ts';
import { type Rows, secondMutants, secondQuery, secondRows } from './sql-mistakes.ts';
import { algorithm, parser, refactor, repair } from './tier3-code.ts';

/** Tier 3, demanding: ten cases; those about code are in a file of their own. */

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]));
}

const schedule: CaseDefinition = {
  id: 't3-schedule',
  title: 'A puzzle with one solution',
  ability: 'reasoning',
  maxTokens: 1900,
  chanceLevel: 1 / 120,
  generate(random) {
    const people = random.some(names, 5);
    const solution = random.shuffle([0, 1, 2, 3, 4]);
    const day = (order: readonly number[], person: number): number => order[person] ?? 0;
    const clue = (): { text: string; holds: (order: readonly number[]) => boolean } => {
      const [a = 0, b = 0, c = 0] = random.some([0, 1, 2, 3, 4], 3);
      switch (random.int(0, 4)) {
        case 0:
          return { text: `${people[a]} works earlier in the week than ${people[b]}`, holds: (order) => day(order, a) < day(order, b) };
        case 1:
          return { text: `${people[a]} works on the day right after ${people[b]}`, holds: (order) => day(order, a) === day(order, b) + 1 };
        case 2:
          return { text: `${people[a]} does not work on ${weekdays[c]}`, holds: (order) => day(order, a) !== c };
        case 3:
          return {
            text: `${people[a]} and ${people[b]} do not work on days next to each other`,
            holds: (order) => Math.abs(day(order, a) - day(order, b)) > 1,
          };
        default:
          return {
            text: `${people[c]} works on a day between those of ${people[a]} and ${people[b]}`,
            holds: (order) => (day(order, c) - day(order, a)) * (day(order, c) - day(order, b)) < 0,
          };
      }
    };
    let left = permutations([0, 1, 2, 3, 4]);
    const clues: string[] = [];
    while (left.length > 1) {
      const { text, holds } = clue();
      if (!holds(solution)) continue;
      const fewer = left.filter(holds);
      if (fewer.length === left.length) continue;
      left = fewer;
      clues.push(text);
    }
    const want = Object.fromEntries(people.map((person, index) => [person, weekdays[day(solution, index)]]));
    const swapped = { ...want, [people[0] ?? '']: want[people[1] ?? ''], [people[1] ?? '']: want[people[0] ?? ''] };
    const asked = plain(
      `${people.join(', ')} each work on one day from Monday to Friday, one person a day. ${clues.map((text, index) => `(${index + 1}) ${text}.`).join(' ')} There is exactly one solution. Finish with one JSON object that gives the weekday for every name.`,
      { kind: 'json', want },
      `Only this fits:\n${JSON.stringify(want)}`,
      JSON.stringify(swapped),
    );
    return {
      ...asked,
      guess(guessing) {
        const days = guessing.shuffle(weekdays);
        return JSON.stringify(Object.fromEntries(people.map((person, index) => [person, days[index]])));
      },
    };
  },
};

const hops: CaseDefinition = {
  id: 't3-hops',
  title: 'Three hops through a long text',
  ability: 'long texts',
  maxTokens: 500,
  chanceLevel: 1 / 90,
  generate(random) {
    const size = 90;
    const people = new Set<string>();
    while (people.size < size) people.add(`${random.pick(names)} ${random.pick(nouns)}${random.int(11, 99)}`);
    const persons = [...people];
    const depots = Array.from({ length: size }, (_, index) => `D${101 + index * 7}`);
    const trucks = random.shuffle(Array.from({ length: size }, (_, index) => `T${307 + index * 3}`));
    const codes = Array.from(
      { length: size },
      (_, index) => `${'BCDFGHKMPR'[index % 10]}${random.int(20, 99)}${'STVWXZ'[index % 6]}${1000 + index}`,
    );
    const depotOf = random.shuffle(depots.map((_, index) => index));
    const asked = random.int(0, size - 1);
    const depot = depotOf[asked] ?? 0;
    const lines = random.shuffle([
      ...persons.map((person, index) => `${person} sends all parcels to depot ${depots[depotOf[index] ?? 0]}.`),
      ...depots.map((name, index) => `Depot ${name} is emptied by truck ${trucks[index]}.`),
      ...trucks.map((name, index) => `The gate code of truck ${name} is ${codes[index]}.`),
    ]);
    const want = codes[depot] ?? '';
    return plain(
      `${lines.join('\n')}\n\nWhat is the gate code of the truck that empties the depot to which ${persons[asked]} sends parcels? End with "Answer: <code>".`,
      // Who only repeats a line names a truck or a depot as well.
      { kind: 'oneOf', options: [...codes, ...trucks, ...depots], want: [want] },
      `Depot ${depots[depot]}, truck ${trucks[depot]}.\nAnswer: ${want}`,
      `Answer: ${codes[(depot + 1) % size]}`,
    );
  },
};

const unknown: CaseDefinition = {
  id: 't3-unknown',
  title: 'Know what is not said',
  ability: 'reading',
  maxTokens: 300,
  chanceLevel: 1 / 5000,
  generate(random) {
    const people = random.some(names, 4);
    const kinds = {
      job: {
        values: ['baker', 'pilot', 'nurse', 'tailor', 'farmer'],
        say: (who: string, what: string) => `${who} works as a ${what}.`,
        lure: (who: string) => `${who} once wanted to become an astronaut.`,
        ask: (who: string) => `What is the job of ${who}?`,
      },
      pet: {
        values: ['parrot', 'goat', 'tortoise', 'ferret', 'pony'],
        say: (who: string, what: string) => `${who} keeps a ${what}.`,
        lure: (who: string) => `${who} is afraid of dogs.`,
        ask: (who: string) => `Which animal does ${who} keep?`,
      },
      town: {
        values: ['Lund', 'Porto', 'Graz', 'Turku', 'Bergen'],
        say: (who: string, what: string) => `${who} lives in ${what}.`,
        lure: (who: string) => `${who} often travels to Vienna.`,
        ask: (who: string) => `In which town does ${who} live?`,
      },
    };
    const facts = Object.values(kinds).flatMap((kind) =>
      random.some(kind.values, 4).map((value, index) => ({ who: people[index] ?? '', kind, value })),
    );
    const asked = random.some(facts, 6);
    const silent = asked.slice(0, random.int(2, 3));
    const told = facts.filter((fact) => !silent.includes(fact)).map(({ who, kind, value }) => kind.say(who, value));
    const order = random.shuffle(asked);
    const want = Object.fromEntries(order.map((fact, index) => [String(index + 1), silent.includes(fact) ? 'unknown' : fact.value]));
    const [lured = '1'] = Object.keys(want).filter((key) => want[key] === 'unknown');
    const question = plain(
      `${random.shuffle([...told, ...silent.map(({ who, kind }) => kind.lure(who))]).join(' ')}\n\n${order.map(({ who, kind }, index) => `${index + 1}. ${kind.ask(who)}`).join('\n')}\n\nReply with a JSON object with the keys "1" to "6" and one word each as the value. Use "unknown" where the text does not say it.`,
      { kind: 'json', want },
      JSON.stringify(want),
      JSON.stringify({ ...want, [lured]: 'Vienna' }),
    );
    return {
      ...question,
      guess: (guessing) =>
        JSON.stringify(Object.fromEntries(order.map(({ kind }, index) => [String(index + 1), guessing.pick([...kind.values, 'unknown'])]))),
    };
  },
};

const sql: CaseDefinition = {
  id: 't3-sql',
  title: 'A query with ties and gaps',
  ability: 'code',
  maxTokens: 900,
  chanceLevel: 0,
  generate(random) {
    const [groups, entries, column] = random.pick([
      ['teams', 'scores', 'points'],
      ['labs', 'samples', 'grams'],
      ['crews', 'trips', 'miles'],
    ] as const);
    const [missing, limit, key] = [-random.int(0, 19), random.int(6, 29), `${groups.slice(0, -1)}_id`];
    const schema = `create table ${groups}(id integer primary key, name text);\ncreate table ${entries}(id integer primary key, ${key} integer, ${column} integer);`;
    const task = { groups, entries, column, key, missing, limit };
    const database = ({ names: ofGroups, entries: rows }: Rows): string =>
      [
        schema,
        ...ofGroups.map((name, index) => `insert into ${groups} values(${index + 1},'${name}');`),
        ...rows.map(({ owner, amount }, index) => `insert into ${entries} values(${index + 1},${owner},${amount});`),
      ].join('\n');
    const drawn = (): Rows => ({
      names: random.some(nouns, 6),
      entries: Array.from({ length: 16 }, () => ({
        owner: random.int(1, 5),
        year: 0,
        amount: random.next() < 0.2 ? null : random.int(1, 6) * 5,
      })),
    });
    const telling = (): Rows => secondRows(task, random.some(nouns, 6), random.shuffle);
    const reference = secondQuery(task);
    const near = `select t.name, coalesce(min(s.${column}), ${missing}), count(*) from ${groups} t left join ${entries} s on s.${key} = t.id group by t.id order by t.name`;
    const asked = plain(
      `SQLite tables:\n${schema}\nWrite one SELECT with the columns name, second_best, n: one row for every row of ${groups}, sorted by name. second_best is the second-highest different value of ${column} among the ${entries} of that row (so 30, 30, 20 gives 20), or ${missing} if there is none. n is the number of its ${entries} whose ${column} is ${limit} or more (a NULL does not count). Reply with the SQL in one code block.`,
      { kind: 'sql', databases: [database(telling()), database(drawn()), database(telling())], reference },
      fence('sql', reference),
      fence('sql', near),
    );
    return { ...asked, mutants: secondMutants(task) };
  },
};

const policy: CaseDefinition = {
  id: 't3-policy',
  title: 'A desk with rules',
  ability: 'tools',
  maxTokens: 1500,
  chanceLevel: 0,
  generate(random) {
    const [caller, friend] = random.some(names, 2);
    const [id, unpaid] = [random.int(311, 599), random.int(601, 899)];
    const [day, least] = [random.int(2, 9), random.int(4, 6)];
    let otherDay: number;
    // The seats of another day would contradict those of the days that are asked for.
    do otherDay = random.int(12, 20);
    while (otherDay === day + 10 || otherDay === day + 11);
    const booking = (number: number, name: string | undefined, on: number, seat: string, paid: boolean): string =>
      JSON.stringify({ id: number, name, day: on, seat, paid });
    const files = {
      [`bookings/${id}.json`]: booking(id, friend, day, 'A3', true),
      [`bookings/${unpaid}.json`]: booking(unpaid, caller, otherDay, 'B7', false),
      'seats.txt': `free seats day ${day + 10}: C2, D5\nfree seats day ${otherDay}: none\n`,
    };
    const after = { ...files, [`bookings/${id}.json`]: booking(id, friend, day + 10, 'C2', true) };
    const read = (path: string) => ({ name: 'read_file', args: { path } });
    const write = (content: string) => ({ name: 'write_file', args: { path: `bookings/${id}.json`, content } });
    return {
      system: `You are a booking desk with file tools. Bookings are the files bookings/<id>.json, free seats are in seats.txt. Rules: (1) Change a booking only if the customer gives its id and the name in it. (2) Only paid bookings may be changed. (3) A booking can be moved by ${least} or more days only; when it is moved it gets the first free seat listed for the new day. Never edit seats.txt. Write the same JSON keys in the same order.`,
      turns: [
        {
          user: `Hello, I am ${caller}, booking ${unpaid}. Please give me seat A1 instead.`,
          verify: { kind: 'state', files, asJson: true },
        },
        {
          user: `Then something else: my friend ${friend} has booking ${id}; please move it to day ${day + 10}.`,
          verify: { kind: 'state', files: after, asJson: true, keysInOrder: true },
        },
        {
          user: `And can you move it one day further, to day ${day + 11}?`,
          verify: { kind: 'state', files: after, asJson: true, keysInOrder: true },
        },
      ],
      world: { files },
      oracle: [
        { text: 'Sorry, a booking that is not paid cannot be changed.', calls: [read(`bookings/${unpaid}.json`)] },
        { text: 'Moved, seat C2.', calls: [read(`bookings/${id}.json`), read('seats.txt'), write(after[`bookings/${id}.json`] ?? '')] },
        { text: 'Sorry, it can only be moved by several days.' },
      ],
      nearMiss: [
        { text: 'Sorry.' },
        { text: 'Moved.', calls: [write(after[`bookings/${id}.json`] ?? '')] },
        { text: 'Moved.', calls: [write(booking(id, friend, day + 11, 'C2', true))] },
      ],
    };
  },
};

const knapsack: CaseDefinition = {
  id: 't3-knapsack',
  title: 'The best choice within a budget',
  ability: 'reasoning',
  maxTokens: 1800,
  chanceLevel: 1 / 50,
  generate(random) {
    for (;;) {
      const items = random.some(things, 9).map((name) => ({ name, cost: random.int(7, 29), value: random.int(11, 59) }));
      const budget = random.int(55, 75);
      const worth = (chosen: typeof items): number =>
        chosen.reduce((sum, { cost }) => sum + cost, 0) > budget ? -1 : chosen.reduce((sum, { value }) => sum + value, 0);
      const sets = Array.from({ length: 2 ** items.length }, (_, mask) => items.filter((_item, index) => (mask >> index) & 1));
      const best = sets.reduce((top, set) => (worth(set) > worth(top) ? set : top), [] as typeof items);
      const greedy = (order: (a: (typeof items)[0], b: (typeof items)[0]) => number): number => {
        const chosen: typeof items = [];
        for (const item of [...items].sort(order)) if (worth([...chosen, item]) >= 0) chosen.push(item);
        return worth(chosen);
      };
      const isTooEasy = [
        greedy((a, b) => b.value / b.cost - a.value / a.cost),
        greedy((a, b) => b.value - a.value),
        greedy((a, b) => a.cost - b.cost),
      ].includes(worth(best));
      if (isTooEasy) continue;
      const chosen = best.map(({ name }) => name);
      const asked = plain(
        `You may spend at most ${budget} coins. Choose from these things, each at most once, so that the total value is as high as possible: ${items.map(({ name, cost, value }) => `${name} (cost ${cost}, value ${value})`).join('; ')}. Finish with a JSON list of the names you choose.`,
        { kind: 'knapsack', items, budget, best: worth(best) },
        `The total value is ${worth(best)}.\n${JSON.stringify(chosen)}`,
        JSON.stringify(chosen.slice(1)),
      );
      return {
        ...asked,
        guess(guessing) {
          const picked: typeof items = [];
          for (const item of guessing.shuffle(items)) if (worth([...picked, item]) >= 0) picked.push(item);
          return JSON.stringify(picked.map(({ name }) => name));
        },
      };
    }
  },
};

/** In the order they are asked. */
export const tier3: readonly CaseDefinition[] = [algorithm, refactor, schedule, hops, repair, unknown, sql, parser, policy, knapsack];

import type { JsonSchema, ToolDefinition } from '../../src/engine/engine.ts';
import type { ApiRequest } from './request.ts';

/** 60 requests over eight made-up APIs with typed arguments. */

const text: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const number: JsonSchema = { type: 'number' };
const boolean: JsonSchema = { type: 'boolean' };
const texts: JsonSchema = { type: 'array', items: text };
const one = (...values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });
const date: JsonSchema = { type: 'string', description: 'date as YYYY-MM-DD' };
const time: JsonSchema = { type: 'string', description: 'time as HH:MM, 24 hours' };

function tool(
  name: string,
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): ToolDefinition {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { name, description, parameters: { type: 'object', properties, required, additionalProperties: false } };
}

type Row = readonly [ask: string, name: string, args: Readonly<Record<string, unknown>>];

function api(tools: readonly ToolDefinition[], rows: readonly Row[]): ApiRequest[] {
  return rows.map(([ask, name, args]) => ({ kind: 'api', ask, tools, call: { name, arguments: args } }));
}

const heating = api(
  [
    tool('set_temperature', 'Set the temperature of a room', { room: text, degrees: number }),
    tool('set_mode', 'Set the mode of the heating', { mode: one('off', 'eco', 'comfort') }),
    tool('read_temperature', 'Read the temperature of a room', { room: text }),
  ],
  [
    ['Set the kitchen to 21 degrees.', 'set_temperature', { room: 'kitchen', degrees: 21 }],
    ['Make the bedroom 18.5 degrees.', 'set_temperature', { room: 'bedroom', degrees: 18.5 }],
    ['Switch the heating to eco mode.', 'set_mode', { mode: 'eco' }],
    ['How warm is it in the office?', 'read_temperature', { room: 'office' }],
    ['Turn the heating off.', 'set_mode', { mode: 'off' }],
    ['I want 23 degrees in the bathroom.', 'set_temperature', { room: 'bathroom', degrees: 23 }],
    ['What is the temperature of the cellar?', 'read_temperature', { room: 'cellar' }],
    ['Put the heating on comfort.', 'set_mode', { mode: 'comfort' }],
  ],
);

const calendar = api(
  [
    tool('add_event', 'Add an event to the calendar', { title: text, date, time }),
    tool('list_events', 'List the events of a day', { date }),
    tool('cancel_event', 'Cancel an event', { id: integer }),
  ],
  [
    ['Add the event Dentist on 2031-05-04 at 09:30.', 'add_event', { title: 'Dentist', date: '2031-05-04', time: '09:30' }],
    ['What is on the calendar on 2031-06-01?', 'list_events', { date: '2031-06-01' }],
    ['Cancel event 42.', 'cancel_event', { id: 42 }],
    ['Add Choir on 2031-02-11 at 19:00 to my calendar.', 'add_event', { title: 'Choir', date: '2031-02-11', time: '19:00' }],
    ['Which events do I have on 2031-12-24?', 'list_events', { date: '2031-12-24' }],
    ['Please cancel the event with the number 7.', 'cancel_event', { id: 7 }],
    ['Put Lunch into the calendar for 2031-03-03, 12:15.', 'add_event', { title: 'Lunch', date: '2031-03-03', time: '12:15' }],
    ['Show the events of 2031-01-31.', 'list_events', { date: '2031-01-31' }],
  ],
);

const shop = api(
  [
    tool('add_to_cart', 'Add an article to the cart', { article: text, count: integer }),
    tool('apply_code', 'Apply a discount code', { code: text }),
    tool('search_articles', 'Search articles', { query: text, max_price: number }, ['max_price']),
  ],
  [
    ['Put 3 lamps into the cart. The article is called lamp.', 'add_to_cart', { article: 'lamp', count: 3 }],
    ['Use the discount code SPRING5.', 'apply_code', { code: 'SPRING5' }],
    ['Search for chairs.', 'search_articles', { query: 'chairs' }],
    ['Find a desk for at most 150.', 'search_articles', { query: 'desk', max_price: 150 }],
    ['Add one rug to the cart.', 'add_to_cart', { article: 'rug', count: 1 }],
    ['Apply the code TENOFF to my order.', 'apply_code', { code: 'TENOFF' }],
    ['Add 12 of the article candle to the cart.', 'add_to_cart', { article: 'candle', count: 12 }],
    ['Search for curtains up to 49.9.', 'search_articles', { query: 'curtains', max_price: 49.9 }],
  ],
);

const mail = api(
  [
    tool('send_mail', 'Send a mail', { to: text, subject: text, body: text }),
    tool('search_mail', 'Search mails', { words: text, unread_only: boolean }),
    tool('label_mail', 'Give a mail labels', { id: integer, labels: texts }),
  ],
  [
    [
      'Send a mail to ann@example.org with the subject Hello and the body See you soon',
      'send_mail',
      { to: 'ann@example.org', subject: 'Hello', body: 'See you soon' },
    ],
    ['Search all mails, read ones too, for invoice.', 'search_mail', { words: 'invoice', unread_only: false }],
    ['Search only unread mails for train.', 'search_mail', { words: 'train', unread_only: true }],
    ['Give mail 15 the label work.', 'label_mail', { id: 15, labels: ['work'] }],
    ['Label the mail 8 with the labels home and urgent.', 'label_mail', { id: 8, labels: ['home', 'urgent'] }],
    [
      'Mail bob@example.org, subject Keys, text: They are under the mat',
      'send_mail',
      { to: 'bob@example.org', subject: 'Keys', body: 'They are under the mat' },
    ],
    ['Look for passport in my unread mails only.', 'search_mail', { words: 'passport', unread_only: true }],
    ['Put the labels tax and 2030 on mail 77.', 'label_mail', { id: 77, labels: ['tax', '2030'] }],
  ],
);

const music = api(
  [
    tool('play', 'Play a song', { title: text, artist: text }),
    tool('set_volume', 'Set the volume', { percent: integer }),
    tool('shuffle', 'Turn shuffling on or off', { on: boolean }),
  ],
  [
    ['Play Yellow by Coldplay.', 'play', { title: 'Yellow', artist: 'Coldplay' }],
    ['Set the volume to 35 percent.', 'set_volume', { percent: 35 }],
    ['Turn shuffling on.', 'shuffle', { on: true }],
    ['Volume to 80, please.', 'set_volume', { percent: 80 }],
    ['Turn off the shuffle.', 'shuffle', { on: false }],
    ['Play the song Hurt by Johnny Cash.', 'play', { title: 'Hurt', artist: 'Johnny Cash' }],
    ['Mute it: volume 0.', 'set_volume', { percent: 0 }],
  ],
);

const travel = api(
  [
    tool('find_trains', 'Find trains', { from: text, to: text, date }),
    tool('book_seat', 'Book a seat in a train', { train: text, seats: integer, class: one('first', 'second') }),
    tool('train_status', 'Whether a train is on time', { train: text }),
  ],
  [
    ['Find trains from Oslo to Bergen on 2031-07-09.', 'find_trains', { from: 'Oslo', to: 'Bergen', date: '2031-07-09' }],
    ['Book 2 seats in second class in the train IC204.', 'book_seat', { train: 'IC204', seats: 2, class: 'second' }],
    ['Is the train RE7 on time?', 'train_status', { train: 'RE7' }],
    ['Which trains go from Lyon to Paris on 2031-08-15?', 'find_trains', { from: 'Lyon', to: 'Paris', date: '2031-08-15' }],
    ['Book one seat in first class, train TGV9.', 'book_seat', { train: 'TGV9', seats: 1, class: 'first' }],
    ['Tell me whether ICE512 is late.', 'train_status', { train: 'ICE512' }],
    ['Search a train from Rome to Milan for 2031-09-02.', 'find_trains', { from: 'Rome', to: 'Milan', date: '2031-09-02' }],
  ],
);

const garden = api(
  [
    tool('water', 'Water a bed', { bed: integer, minutes: integer }),
    tool('plan_planting', 'Plan what is planted', { plant: text, beds: { type: 'array', items: integer } }),
    tool('soil_moisture', 'Moisture of the soil of a bed', { bed: integer }),
  ],
  [
    ['Water bed 3 for 10 minutes.', 'water', { bed: 3, minutes: 10 }],
    ['How moist is the soil of bed 5?', 'soil_moisture', { bed: 5 }],
    ['Plan tomato for the beds 1 and 2.', 'plan_planting', { plant: 'tomato', beds: [1, 2] }],
    ['Give bed 8 water for a quarter of an hour, that is 15 minutes.', 'water', { bed: 8, minutes: 15 }],
    ['Plan to plant kale in bed 4.', 'plan_planting', { plant: 'kale', beds: [4] }],
    ['What is the soil moisture in bed 11?', 'soil_moisture', { bed: 11 }],
    ['Plan onion for beds 6, 7 and 9.', 'plan_planting', { plant: 'onion', beds: [6, 7, 9] }],
  ],
);

const staff = api(
  [
    tool('find_person', 'Find a person', { name: text }),
    tool('request_leave', 'Ask for days off', { from: date, to: date, paid: boolean }),
    tool('log_hours', 'Write down hours of work', { project: text, hours: number, tags: texts }, ['tags']),
  ],
  [
    ['Find the person Ines Falk.', 'find_person', { name: 'Ines Falk' }],
    ['Ask for paid days off from 2031-04-01 to 2031-04-05.', 'request_leave', { from: '2031-04-01', to: '2031-04-05', paid: true }],
    ['Write down 6.5 hours for the project atlas.', 'log_hours', { project: 'atlas', hours: 6.5 }],
    ['Who is Tom Berg? Find him.', 'find_person', { name: 'Tom Berg' }],
    ['Log 3 hours on project delta with the tags review and code.', 'log_hours', { project: 'delta', hours: 3, tags: ['review', 'code'] }],
    ['I want unpaid leave from 2031-10-10 until 2031-10-12.', 'request_leave', { from: '2031-10-10', to: '2031-10-12', paid: false }],
    ['Log 8 hours for the project harbour.', 'log_hours', { project: 'harbour', hours: 8 }],
  ],
);

export const apiRequests: readonly ApiRequest[] = [...heating, ...calendar, ...shop, ...mail, ...music, ...travel, ...garden, ...staff];

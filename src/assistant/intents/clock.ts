import { type Intent, said } from '../intent.ts';

/** The clock and the calendar of this machine. */

const dayMs = 86_400_000;
const dayForm = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;

/** Names of days and months are English, as all that luci says. */
function dateText(date: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { ...dayForm, timeZone }).format(date).replace(/^(\p{L}+),? /u, '$1, ');
}

function timeText(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `2026-11-29`, as this machine counts days. */
function isoDay(date: Date): string {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** `UTC+02:00`, and what the zone is called. */
function zoneText(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const offset = `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(Math.abs(minutes) / 60))}:${twoDigits(Math.abs(minutes) % 60)}`;
  return `${zoneName()}, UTC${offset}`;
}

function zoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Midday, so that no change of the clocks moves it into another day. */
function dayFromToday(days: number): Date {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12);
}

const namedDays: Readonly<Record<string, number>> = {
  'the day before yesterday': -2,
  yesterday: -1,
  today: 0,
  tomorrow: 1,
  'the day after tomorrow': 2,
};
const namedDay = '(?<day>yesterday|tomorrow|the day (?:before yesterday|after tomorrow))';
const isoDate = (name: string): string => `(?<${name}>\\d{4}-\\d{2}-\\d{2})`;

/** Days since 1970 of a date as it is written; undefined for one that no calendar has. */
function dayNumber(text: string): number | undefined {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : ms / dayMs;
}

/** Week and year of ISO 8601: the week of a day is that of its Thursday. */
function isoWeek(date: Date): { readonly week: number; readonly year: number } {
  const thursday = new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7)));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs + 1) / 7) };
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysText(days: number): string {
  return `${days} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
}

export const clockIntents: readonly Intent[] = [
  {
    name: 'clock.time',
    example: 'what time is it?',
    patterns: [
      '(?:(?:tell me|do you know|say) )?what time (?:is it|it is|do we have)(?: here)?',
      '(?:{ask}|{isThe})(?:current |exact |local )?time(?: here)?',
      'have you got the time',
    ],
    reply() {
      const now = new Date();
      return said(`It is ${timeText(now)} (${zoneText(now)}).`, { time: timeText(now), at: now.toISOString(), timeZone: zoneName() });
    },
  },
  {
    name: 'clock.date',
    example: 'what is the date today?',
    patterns: [
      '(?:{ask}|{isThe})(?:current |exact )?date(?: (?:of )?today)?',
      "(?:what is |what's |tell me |show )?today's date",
      'what (?:date|day) (?:is|do we have) (?:it|today)(?: today)?',
      '(?:what|which) date is it(?: today)?',
      "(?:tell me )?what (?:today's date is|date it is|day it is)(?: today)?",
      '(?:{ask}|{isThe})(?:current )?(?:date and time|time and date)',
    ],
    reply() {
      const now = new Date();
      return said(`It is ${dateText(now)}, ${timeText(now)}.`, { date: isoDay(now), time: timeText(now), at: now.toISOString() });
    },
  },
  {
    name: 'clock.weekday',
    example: 'which weekday is it?',
    patterns: [
      '(?:what|which) (?:weekday|day of the week) (?:is it|is today|do we have|it is)(?: today)?',
      '(?:{ask}|{isThe})(?:current )?(?:weekday|day of the week)(?: today)?',
    ],
    reply() {
      const now = new Date();
      return said(`It is ${dateText(now)}.`, { weekday: dateText(now).split(',')[0], date: isoDay(now) });
    },
  },
  {
    name: 'clock.near-day',
    example: 'what day is tomorrow?',
    patterns: [
      `(?:what|which) (?:day|date|weekday|day of the week) (?:is|will be|was) (?:it )?${namedDay}`,
      `(?:what|which) (?:day|date|weekday|day of the week) (?:will it be|was it|is it) ${namedDay}`,
      `(?:{ask}|{isThe})date (?:of )?${namedDay}`,
      "(?:what (?:is|was) |what's |tell me )?(?<day>yesterday|tomorrow)'s date",
    ],
    reply({ day = '' }) {
      const name = day.toLowerCase().replace(/\s+/g, ' ');
      const date = dayFromToday(namedDays[name] ?? 0);
      return said(`${name.replace(/^./, (letter) => letter.toUpperCase())}: ${dateText(date)}.`, { date: isoDay(date) });
    },
  },
  {
    name: 'clock.weekday-of',
    example: 'what weekday was 2000-01-01?',
    patterns: [`(?:what|which) (?:day|weekday|day of the week) (?:is|was|will be) (?:it )?(?:on )?${isoDate('date')}`],
    reply({ date = '' }) {
      const day = dayNumber(date);
      if (day === undefined) return said(`There is no day ${date}.`, { date: null });
      const text = dateText(new Date(day * dayMs), 'UTC');
      return said(`${date} is a ${text.split(',')[0]}.`, { date, weekday: text.split(',')[0] });
    },
  },
  {
    name: 'clock.days-between',
    example: 'how many days until 2030-01-01?',
    patterns: [
      `how many days (?:(?:is|are) (?:it|there) )?(?:until|till|to|before) ${isoDate('to')}`,
      `how many days (?:(?:is|are) (?:it|there) |have passed |is it )?since ${isoDate('from')}`,
      `how many days (?:(?:is|are) (?:it|there) )?(?:between|from) ${isoDate('from')} (?:and|to|until) ${isoDate('to')}`,
    ],
    reply({ from = isoDay(new Date()), to = isoDay(new Date()) }) {
      const [first, last] = [dayNumber(from), dayNumber(to)];
      const wrong = first === undefined ? from : to;
      if (first === undefined || last === undefined) return said(`There is no day ${wrong}.`, { days: null });
      return said(`From ${from} to ${to}: ${daysText(last - first)}.`, { from, to, days: last - first });
    },
  },
  {
    name: 'clock.year',
    example: 'what year is it?',
    patterns: ['(?:what|which) year (?:is it|is this|do we have|it is)', '(?:{ask}|{isThe})current year'],
    reply: () => said(`It is ${new Date().getFullYear()}.`, { year: new Date().getFullYear() }),
  },
  {
    name: 'clock.month',
    example: 'what month is it?',
    patterns: ['(?:what|which) month (?:is it|is this|do we have|it is)', '(?:{ask}|{isThe})current month'],
    reply() {
      const now = new Date();
      const month = new Intl.DateTimeFormat('en-GB', { month: 'long' }).format(now);
      return said(`It is ${month} ${now.getFullYear()}.`, { month: now.getMonth() + 1, year: now.getFullYear() });
    },
  },
  {
    name: 'clock.week',
    example: 'which calendar week is it?',
    patterns: [
      '(?:what|which) (?:calendar )?week(?: number)? (?:is it|is this|do we have)',
      '(?:{ask}|{isThe})(?:current )?(?:calendar week|week number)',
    ],
    reply() {
      const { week, year } = isoWeek(new Date());
      return said(`It is week ${week} of ${year} (ISO 8601).`, { week, year });
    },
  },
  {
    name: 'clock.zone',
    example: 'what time zone is set?',
    patterns: [
      '(?:what|which) time ?zone (?:am i in|is set|is it|is this|are we in|do i have|does {machine} have){here}',
      '(?:{ask}|{isThe})(?:current )?time ?zone{here}',
    ],
    reply: () =>
      said(`The time zone is ${zoneText(new Date())}.`, { timeZone: zoneName(), offsetMinutes: -new Date().getTimezoneOffset() }),
  },
  {
    name: 'clock.unix',
    example: 'what is the unix time?',
    patterns: ['(?:{ask}|{isThe})(?:current )?(?:unix|epoch) (?:time|timestamp)(?: stamp)?'],
    reply() {
      const seconds = Math.floor(Date.now() / 1000);
      return said(`${seconds} seconds since 1970-01-01 00:00 UTC.`, { unixSeconds: seconds });
    },
  },
  {
    name: 'clock.leap-year',
    example: 'is 2028 a leap year?',
    patterns: ['is (?<year>\\d{4}) a leap year', 'is (?:this|it)(?: year)? a leap year'],
    reply({ year = String(new Date().getFullYear()) }) {
      const isLeap = isLeapYear(Number(year));
      return said(`${year} is ${isLeap ? 'a' : 'no'} leap year.`, { year: Number(year), isLeapYear: isLeap });
    },
  },
];

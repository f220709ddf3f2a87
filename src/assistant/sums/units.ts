import Fraction from 'fraction.js';

/** Units of measure as people write them. Only what is exact: a year or a month has no one length, a pound of money is none of these. */

/** What a unit measures; only units of one dimension are converted into each other. */
export type Dimension = 'length' | 'mass' | 'temperature' | 'data' | 'time';

/** A unit by its factor to the first unit of its dimension, and for temperatures the offset that is added after it. */
export interface Unit {
  /** As answers write it. */
  readonly symbol: string;
  readonly dimension: Dimension;
  readonly factor: Fraction;
  readonly offset?: Fraction;
}

/** Symbol, factor, and what else it is called; an offset last. Case counts first, as in `Mb` and `MB`; where it fits none it counts no more. */
type Row = readonly [symbol: string, factor: string, names: string, offset?: string];

const rows: Readonly<Record<Dimension, readonly Row[]>> = {
  length: [
    ['m', '1', 'meter meters metre metres'],
    ['nm', '1/1000000000', 'nanometer nanometers nanometre nanometres'],
    ['µm', '1/1000000', 'μm um micrometer micrometers micrometre micrometres micron microns'],
    ['mm', '1/1000', 'millimeter millimeters millimetre millimetres'],
    ['cm', '1/100', 'centimeter centimeters centimetre centimetres'],
    ['dm', '1/10', 'decimeter decimeters decimetre decimetres'],
    ['km', '1000', 'kilometer kilometers kilometre kilometres'],
    ['in', '254/10000', 'inch inches'],
    ['ft', '3048/10000', 'foot feet'],
    ['yd', '9144/10000', 'yard yards'],
    ['mi', '1609344/1000', 'mile miles'],
    ['nmi', '1852', 'nautical-mile nautical-miles'],
  ],
  mass: [
    ['kg', '1', 'kilo kilos kilogram kilograms kilogramme kilogrammes'],
    ['µg', '1/1000000000', 'μg ug microgram micrograms'],
    ['mg', '1/1000000', 'milligram milligrams'],
    ['g', '1/1000', 'gram grams gramme grammes'],
    ['t', '1000', 'tonne tonnes metric-ton metric-tons'],
    ['lb', '45359237/100000000', 'lbs pound pounds'],
    ['oz', '45359237/1600000000', 'ounce ounces'],
    ['st', '635029318/100000000', 'stone stones'],
  ],
  temperature: [
    ['K', '1', 'kelvin kelvins'],
    ['°C', '1', 'c ºc celsius centigrade degree-celsius degrees-celsius degree-c degrees-c', '27315/100'],
    ['°F', '5/9', 'f ºf fahrenheit degree-fahrenheit degrees-fahrenheit degree-f degrees-f', '45967/180'],
  ],
  data: [
    ['B', '1', 'byte bytes'],
    ['kB', '1000', 'kilobyte kilobytes'],
    ['MB', '1000000', 'megabyte megabytes'],
    ['GB', '1000000000', 'gigabyte gigabytes'],
    ['TB', '1000000000000', 'terabyte terabytes'],
    ['PB', '1000000000000000', 'petabyte petabytes'],
    ['KiB', '1024', 'kibibyte kibibytes'],
    ['MiB', '1048576', 'mebibyte mebibytes'],
    ['GiB', '1073741824', 'gibibyte gibibytes'],
    ['TiB', '1099511627776', 'tebibyte tebibytes'],
    ['bit', '1/8', 'bits'],
    ['kbit', '125', 'kilobit kilobits'],
    ['Mbit', '125000', 'Mb megabit megabits'],
    ['Gbit', '125000000', 'Gb gigabit gigabits'],
  ],
  time: [
    ['s', '1', 'sec secs second seconds'],
    ['ns', '1/1000000000', 'nanosecond nanoseconds'],
    ['µs', '1/1000000', 'μs us microsecond microseconds'],
    ['ms', '1/1000', 'millisecond milliseconds'],
    ['min', '60', 'mins minute minutes'],
    ['h', '3600', 'hr hrs hour hours'],
    ['d', '86400', 'day days'],
    ['wk', '604800', 'week weeks'],
  ],
};

const byName = new Map<string, Unit>();
const byLowerName = new Map<string, Unit>();
for (const [dimension, units] of Object.entries(rows) as [Dimension, readonly Row[]][])
  for (const [symbol, factor, names, offset] of units) {
    const unit = {
      symbol,
      dimension,
      factor: new Fraction(factor),
      offset: offset === undefined ? undefined : new Fraction(offset),
    };
    for (const name of [symbol, ...names.split(' ')].map((joined) => joined.replaceAll('-', ' '))) {
      byName.set(name, unit);
      // The first one counts: `mb` is what people type for MB.
      if (!byLowerName.has(name.toLowerCase())) byLowerName.set(name.toLowerCase(), unit);
    }
  }

/** The unit of a name, as in `km`, `miles` or `degrees celsius`; undefined for a word that is none. */
export function unitOf(name: string): Unit | undefined {
  return byName.get(name) ?? byLowerName.get(name.toLowerCase());
}

/**
 * Formats of strings as patterns that hold for all they find; some are narrower than the standard, so that what a model writes is right. Days
 * that a month does not have are left to the check.
 */
const date = '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const time = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)';
const byte = '(25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)';
const label = '[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?';

/** By the word of `format`; others are told to the model and checked. */
export const formatPatterns: ReadonlyMap<string, string> = new Map([
  ['date', `^${date}$`],
  ['time', `^${time}$`],
  ['date-time', `^${date}T${time}$`],
  ['uuid', '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'],
  ['ipv4', `^${byte}\\.${byte}\\.${byte}\\.${byte}$`],
  ['email', `^[A-Za-z0-9]([A-Za-z0-9._+-]{0,30}[A-Za-z0-9])?@${label}(\\.${label}){1,3}$`],
]);

/** The members that have a value, for readers to whom a member that is undefined is one that is there (headers, variables of a template). */
export function withoutUndefined<Value>(members: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const defined: Record<string, Value> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) defined[name] = value;
  return defined;
}

/** Headers as they are sent: those without a value are left out. */
export function sentHeaders<Value>(headers: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const sent: Record<string, Value> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent[name] = value;
  return sent;
}

/** `defaults` with what is given in its place. An option that is given as undefined is not given. */
export function merged<T extends object>(defaults: T, given: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const result = { ...defaults };
  for (const [key, value] of Object.entries(given)) if (value !== undefined) Object.assign(result, { [key]: value });
  return result;
}

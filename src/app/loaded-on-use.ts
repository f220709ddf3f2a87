/** An object all of whose methods answer later. */
type AsyncMethods<T> = { readonly [K in keyof T]: (...given: never[]) => Promise<unknown> };

/**
 * An object that is made when one of its methods is first called: a command loads only the modules of what it does. `methods` names all
 * of them, for an object that is not made yet has none.
 */
export function loadedOnUse<T extends AsyncMethods<T>>(load: () => Promise<T>, methods: { readonly [K in keyof T]: true }): T {
  let loading: Promise<T> | undefined;
  const names = Object.keys(methods) as (keyof T)[];
  const made = (): Promise<T> => {
    loading ??= load();
    return loading;
  };
  const entries = names.map((name) => [name, async (...given: never[]) => (await made())[name](...given)]);
  return Object.fromEntries(entries) as T;
}

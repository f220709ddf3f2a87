import * as v from 'valibot';

/** Objects of JSON. To the library that checks, an array is one of them. */

/** The schema of an object, for values that are no arrays. */
export function noArray<S extends v.GenericSchema>(schema: S): S {
  const run: S['~run'] = (dataset, config) => schema['~run'](Array.isArray(dataset.value) ? { value: null } : dataset, config);
  return { ...schema, '~run': run };
}

/** An object with any fields. */
export const jsonObject = noArray(v.record(v.string(), v.unknown()));

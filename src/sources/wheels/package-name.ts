import * as v from 'valibot';

/** Names and versions of Python packages. They become arguments of pip: what could be an option or an address is none. */

/** The name of a package. */
export const packageName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected the name of a Python package'));

/** One version of it. */
export const packageVersion = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9.!+_-]*$/, 'expected one version of a Python package'));

import type * as v from 'valibot';
import type { ServeContext } from './context.ts';
import { readBody } from './read-body.ts';

/** A route: its handler gets the request with the signal of its client, and the path as it was meant. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for a part of it, and `:name{.+}` for one that may hold `/`. */
  readonly path: string;
  /**
   * Who may ask: whoever may ask at all (default), only who has the key (`change`: it changes what is kept here), or, for the files of the
   * page and for `/health`, which hold nothing of anybody's, also who has none (`page`).
   */
  readonly access?: 'change' | 'page';
  /** What the body is checked with; see {@link checked}. */
  readonly body?: v.GenericSchema;
  readonly handle: (context: ServeContext, request: Request, path: string) => Response | Promise<Response>;
}

/** A route of a protocol, with what /openapi.json says of it. */
export interface DescribedRoute extends Route {
  readonly summary: string;
  /** Parts of the query by their name, in words. */
  readonly query?: Readonly<Record<string, string>>;
  readonly answer: AnswerFacts;
}

/** An answer when all goes well. */
export interface AnswerFacts {
  /** Default: 200. */
  readonly status?: number;
  /** Fields that an answer in JSON has in any case; left out where no answer is JSON. */
  readonly json?: readonly string[];
  /** Fields that an answer in JSON has where they were asked for, and what each must be. */
  readonly maybe?: Readonly<Record<string, v.GenericSchema>>;
  /** The type of what is answered otherwise, as a stream. */
  readonly other?: string;
}

/** A body as it is handed on by the check. */
export type Checked<S extends v.GenericSchema> = v.InferOutput<S>;

/** A route that works with a body: checked by the schema that /openapi.json shows, before anything is done. */
export function checked<S extends v.GenericSchema>(
  body: S,
  handle: (context: ServeContext, body: Checked<S>, request: Request, path: string) => Response | Promise<Response>,
): Pick<Route, 'body' | 'handle'> {
  return { body, handle: async (context, request, path) => handle(context, await readBody(request, body), request, path) };
}

import type { ServeContext } from './context.ts';

/** A route: its handler gets the request with the signal of its client, and the path as it was meant. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /**
   * Who may ask: whoever may ask at all (default), only who has the key (`change`: it changes what is kept here), or, for the files of the
   * page, which hold nothing of anybody's, also who has none yet (`page`).
   */
  readonly access?: 'change' | 'page';
  readonly handle: (context: ServeContext, request: Request, path: string) => Response | Promise<Response>;
}

import type { ServeContext } from './context.ts';

/** A route: its handler gets the request with the signal of its client, and the path as it was meant. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Who may ask: whoever may ask at all (default), only who has the key (`change`: it changes what is kept here), or anybody (`page`). */
  readonly access?: 'change' | 'page';
  readonly handle: (context: ServeContext, request: Request, path: string) => Response | Promise<Response>;
}

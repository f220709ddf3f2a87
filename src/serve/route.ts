import type { ServeContext } from './context.ts';

/** A route: its handler gets the request with the signal of its client, and the path as it was meant. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Who may ask: whoever may ask at all (default), or only who has the key (`change`: it changes what is kept here). */
  readonly access?: 'change';
  readonly handle: (context: ServeContext, request: Request, path: string) => Response | Promise<Response>;
}

import { readFile } from 'node:fs/promises';
import { LuciError } from '../base/errors.ts';
import { webPath } from '../base/parts.ts';
import type { GuardOptions } from './guard.ts';
import type { Route } from './route.ts';

/** The page: its few files, held to a policy under which nothing but they can run or be asked for. */

const types = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type PageFile = keyof typeof types;

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** The routes of its files. Where other machines reach the server the page is told no token: it asks for the key. */
export function pageRoutes({ everywhere, pageToken }: Pick<GuardOptions, 'everywhere' | 'pageToken'>): readonly Route[] {
  const token = everywhere ? '' : pageToken;
  const route = (path: string, name: PageFile): Route => ({ method: 'GET', path, access: 'page', handle: () => pageFile(name, token) });
  return [route('/', 'index.html'), ...(['page.js', 'page.css', 'icon.svg'] as const).map((name) => route(`/${name}`, name))];
}

async function pageFile(name: PageFile, token: string): Promise<Response> {
  const bytes = await readFile(webPath(name)).catch((cause: unknown) => {
    throw new LuciError('NOT_FOUND', `The page was not built: there is no ${name}.`, { hint: 'npm run build', cause });
  });
  const body = name === 'index.html' ? bytes.toString('utf8').replace('{{token}}', token) : new Uint8Array(bytes);
  return new Response(body, { headers: { ...headers, 'content-type': types[name] } });
}

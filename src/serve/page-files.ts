import { readFile } from 'node:fs/promises';
import { LuciError } from '../base/errors.ts';
import { webPath } from '../base/parts.ts';

/** The page: its few files, held to a policy under which nothing but they can run or be asked for. */

const types: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** @throws NOT_FOUND */
export async function pageFile({ method }: Request, path: string, pageToken: string): Promise<Response> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = types[name];
  const bytes = type === undefined ? undefined : await readFile(webPath(name)).catch(() => undefined);
  if (!type || !bytes) throw new LuciError('NOT_FOUND', `There is nothing at ${method} ${path.slice(0, 80)}.`);
  const body = name === 'index.html' ? bytes.toString('utf8').replace('{{token}}', pageToken) : new Uint8Array(bytes);
  return new Response(body, { headers: { ...headers, 'content-type': type } });
}

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { isLuciError } from '../../src/base/errors.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';

/**
 * What luci takes for a reference, over the lists of files of repositories as they are published (`listings.json`).
 *
 * `source` says how well a list is known. `catalogue`: the files that luci's catalogue names there, which is not all that a repository
 * holds. `page`: names that stored public pages and files quote, in part where they quote a part. `recalled`: names by the scheme that
 * their publisher is known for; nobody looked at the repository, so such a list tells how luci reads names of that form, and not what is there.
 * A size stands where a source states one.
 *
 * A reference has the files that are planned, in order, or the code it is refused with. They were worked out by the rules of docs/models.md.
 */
interface Listing {
  readonly repo: string;
  readonly source: 'catalogue' | 'page' | 'recalled';
  readonly files: Readonly<Record<string, number | null>>;
  readonly references: Readonly<Record<string, readonly string[] | string>>;
}
const listings = JSON.parse(readFileSync(join(import.meta.dirname, 'listings.json'), 'utf8')) as readonly Listing[];

/** The hub as far as lists go; nothing of it is fetched. */
const hub = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://hub');
  const listing = listings.find(({ repo }) => pathname.replace(/\/revision\/[^/]+$/, '') === `/api/models/${repo}`);
  if (!listing) return void response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
  const siblings = Object.entries(listing.files).map(([rfilename, size]) => ({ rfilename, size: size ?? 1_000_000 }));
  response.end(JSON.stringify({ sha: 'c'.repeat(40), siblings }));
});

let home: string;
let luci: Luci;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci-file-choice-'));
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const { port } = hub.address() as AddressInfo;
  luci = createLuci(resolveSettings({ home, hubEndpoint: `http://127.0.0.1:${port}` }, {}));
});
afterAll(async () => {
  await luci[Symbol.asyncDispose]();
  hub.closeAllConnections();
  hub.close();
  await rm(home, { recursive: true, force: true });
});

/** Paths of what would be fetched from a repository, or the code of the refusal. */
async function planned(reference: string, repo: string): Promise<readonly string[] | string> {
  try {
    const { plan } = await luci.installs.prepare([reference]);
    return plan.items.flatMap(({ model }) =>
      model.files.map(({ name, sources }) => {
        const source = sources.find((candidate) => candidate.kind === 'hub' && candidate.repo === repo);
        return source?.kind === 'hub' ? source.path : name;
      }),
    );
  } catch (error) {
    if (isLuciError(error)) return error.code;
    throw error;
  }
}

test.each(listings)('$repo ($source)', async ({ repo, references }) => {
  const found = Object.fromEntries(
    await Promise.all(Object.keys(references).map(async (text) => [text, await planned(text, repo)] as const)),
  );
  expect(found).toEqual(references);
});

test('each list has at least two references, and there are sixty lists and more', () => {
  expect(listings.length).toBeGreaterThanOrEqual(60);
  expect(listings.filter(({ references }) => Object.keys(references).length < 2)).toEqual([]);
});

test('the table of docs/models.md says what these lists say', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'models.md'), 'utf8');
  const table = page.slice(page.indexOf('| typed | taken |'));
  const rows = [...table.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(10);
  const all = Object.assign({}, ...listings.map(({ references }) => references)) as Listing['references'];
  for (const [, typed = '', taken] of rows) {
    const found = all[typed];
    const [first, ...more] = Array.isArray(found) ? (found as readonly string[]) : [];
    const text =
      first === undefined ? `an error, \`${String(found)}\`` : `\`${first}\`${more.length > 0 ? ` and ${more.length} more` : ''}`;
    expect(taken?.replace(/: all in pieces$/, ''), typed).toBe(text);
  }
});

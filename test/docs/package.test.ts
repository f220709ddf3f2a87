import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The package as npm would publish it: whoever reads its README finds what that leads to, without the repository. */

const root = join(import.meta.dirname, '..', '..');

/** Files of the package, by their paths in it. */
function packedFiles(): ReadonlySet<string> {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel=error', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e8,
      shell: process.platform === 'win32',
    }),
  ) as readonly { readonly files: readonly { readonly path: string }[] }[];
  return new Set(packed[0]?.files.map(({ path }) => path));
}

/** Places that a document leads to, but for addresses: links and pictures of Markdown and of HTML. */
function placesIn(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  const places = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|\b(?:src|href)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? attribute ?? '',
  );
  return places.filter((place) => !/^(https?|mailto|data):/.test(place));
}

/** The anchors of a document, as they are made of its headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  const ids = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([
    ...headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
    ...ids,
  ]);
}

test('every link and picture of a packed document leads to a packed file, and to a heading that is there', () => {
  const files = packedFiles();
  const documents = [...files].filter((path) => /\.(md|html)$/.test(path) && !path.startsWith('dist/'));
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/library.md', 'docs/example-report.html']));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const broken = documents.flatMap((document) =>
    placesIn(read(document)).filter((place) => {
      const { pathname, hash } = new URL(place, `file:///${document}`);
      const target = decodeURIComponent(pathname.slice(1));
      if (!files.has(target)) return true;
      return hash !== '' && !anchorsOf(read(target)).has(decodeURIComponent(hash.slice(1)));
    }),
  );
  expect(broken).toEqual([]);
});

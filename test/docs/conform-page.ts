import { conformSuites } from '../../src/conform/conform.ts';

/** The table of checks in docs/conform.md, made from the checks themselves. */

const marks = ['<!-- checks: written by npm run conform-page -->', '<!-- end of checks -->'] as const;

/** The page with the table of now in it. */
export function withChecks(page: string): string {
  const [before = '', rest = ''] = page.split(marks[0]);
  const after = rest.split(marks[1])[1] ?? '';
  const rows = conformSuites.flatMap(({ checks }) =>
    checks.map(({ id, must, breaks }) => `| \`${id}\` | ${must.replaceAll('|', '\\|')} | ${breaks.join(', ')} |`),
  );
  return [
    `${before}${marks[0]}`,
    '',
    '| check | what must hold | who stumbles otherwise |',
    '|---|---|---|',
    ...rows,
    '',
    `${marks[1]}${after}`,
  ].join('\n');
}

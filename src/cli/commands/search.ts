import type { CatalogedModel } from '../../app/models.ts';
import { LuciError } from '../../base/errors.ts';
import { plural } from '../../base/units.ts';
import { anyText, oneOf, wholeNumber } from '../../base/value-kinds.ts';
import { searchCatalog } from '../../catalog/find-model.ts';
import type { Catalog } from '../../catalog/load-catalog.ts';
import { defineCommand } from '../command.ts';
import { nearest } from '../nearest.ts';
import { catalogData, catalogRows } from '../show/catalog-rows.ts';
import { printable } from '../show/text.ts';

/** Models a screen of a search has; a program that reads the output gets all of them. */
const screenful = 25;

const fitOrder = { yes: 0, tight: 1, no: 2 } as const;

/** Orders of a list; the catalogue's own is by tier, then by size. */
const orders = {
  name: (one, other) => one.model.name.localeCompare(other.model.name, 'en', { numeric: true }),
  size: (one, other) => one.sizeBytes - other.sizeBytes,
  tier: (one, other) => one.model.tier - other.model.tier,
  fit: (one, other) => fitOrder[one.fits] - fitOrder[other.fits],
} as const satisfies Readonly<Record<string, (one: CatalogedModel, other: CatalogedModel) => number>>;

/** `luci search`: models of the catalogue by words and facts. Nothing leaves the machine. */
export const search = defineCommand({
  name: 'search',
  operands: '[text...]',
  example: 'coder',
  summary: 'find models in the catalogue',
  details: `The whole catalogue, installed or not; by tier it is luci llm list all, what is installed alone luci list. A terminal shows the first ${screenful}, and how many more there are. Models are ordered by tier, then by size; --sort has others.`,
  options: {
    tier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'of this tier, 0 to 3' },
    purpose: { kind: anyText('code'), value: 'WORD', summary: 'chat, instruct, code, tools, reasoning, vision or multilingual' },
    license: { kind: anyText('apache'), value: 'TEXT', summary: 'with this licence, as in apache' },
    fits: { summary: 'only what fits in the memory of this machine' },
    sort: {
      kind: oneOf(['name', 'size', 'tier', 'fit']),
      value: 'WORD',
      summary: 'by name, size (the smallest first), tier, or fit (what fits first)',
    },
    limit: {
      kind: wholeNumber({ min: 1, example: '50' }),
      value: 'N',
      summary: `no more than so many (default on a terminal: ${screenful})`,
    },
    all: { summary: 'all of them' },
  },
  async run({ operands, options, luci: open, show }) {
    const luci = await open();
    const { tier, purpose, license, sort, limit } = options;
    if (options.all && limit !== undefined)
      throw new LuciError('USAGE', '--all and --limit say different things.', { hint: 'luci search --limit 50' });
    const catalog = await luci.models.catalog();
    requirePurpose(catalog, purpose);
    const query = {
      text: operands.join(' '),
      tier,
      purpose,
      license,
    };
    const found = new Set(searchCatalog(catalog, query));
    const matching = (await luci.models.cataloged()).filter(
      ({ model, fits }) => found.has(model) && (options.fits !== true || fits !== 'no'),
    );
    if (sort) matching.sort(orders[sort]);
    const isScreen = show.terminal.outIsTerminal && !show.json && !show.quiet;
    const models = matching.slice(0, options.all ? undefined : (limit ?? (isScreen ? screenful : undefined)));
    if (show.json) show.data(models.map(catalogData));
    else if (show.quiet) for (const { model } of models) show.result(printable(model.name));
    else if (models.length === 0) show.note('Nothing in the catalogue matches.\n  luci llm list all\n  luci install owner/repo:Q4_K_M');
    else {
      show.result(catalogRows(models, show.terminal, { withTier: true, header: true }).join('\n'));
      show.note(show.terminal.style('dim', footer(models.length, matching.length)));
    }
    return 0;
  },
});

/** How many there are, and how to see the rest. */
function footer(shown: number, found: number): string {
  if (shown === found) return `${plural(found, 'model')}.  luci show NAME   luci install NAME`;
  return `${shown} of ${plural(found, 'model')}; ${found - shown} more with --all, or with --limit ${shown * 2}.  luci show NAME   luci install NAME`;
}

/** A purpose nobody has is a slip of the fingers, not an empty answer. */
function requirePurpose({ models }: Catalog, purpose: string | undefined): void {
  if (purpose === undefined) return;
  const known = [...new Set(models.flatMap(({ purposes }) => purposes))];
  if (known.includes(purpose.toLowerCase())) return;
  const [close] = nearest(purpose, known, 1);
  throw new LuciError('USAGE', `--purpose: no model is made for "${purpose}".${close ? ` Did you mean ${close}?` : ''}`, {
    hint: `There are ${known.sort().join(', ')}.`,
  });
}

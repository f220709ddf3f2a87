import { LuciError } from '../../base/errors.ts';
import { anyText, oneOf } from '../../base/value-kinds.ts';
import { searchCatalog } from '../../catalog/find-model.ts';
import type { Catalog } from '../../catalog/load-catalog.ts';
import { defineCommand } from '../command.ts';
import { nearest } from '../nearest.ts';
import { catalogData, catalogRows } from '../show/catalog-rows.ts';
import { printable } from '../show/text.ts';

/** `luci search`: models of the catalogue by words and facts. Nothing leaves the machine. */
export const search = defineCommand({
  name: 'search',
  operands: '[text...]',
  example: 'coder',
  summary: 'find models in the catalogue',
  options: {
    tier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'of this tier, 0 to 3' },
    purpose: { kind: anyText('code'), value: 'WORD', summary: 'chat, instruct, code, tools, reasoning, vision or multilingual' },
    license: { kind: anyText('apache'), value: 'TEXT', summary: 'with this licence, as in apache' },
    fits: { summary: 'only what fits in the memory of this machine' },
  },
  async run({ operands, options, luci: open, show }) {
    const luci = await open();
    const { tier, purpose, license } = options;
    const catalog = await luci.models.catalog();
    requirePurpose(catalog, purpose);
    const query = {
      text: operands.join(' '),
      tier,
      purpose,
      license,
    };
    const found = new Set(searchCatalog(catalog, query));
    const models = (await luci.models.cataloged()).filter(
      ({ model, fits }) => found.has(model) && (options.fits !== true || fits !== 'no'),
    );
    if (show.json) show.data(models.map(catalogData));
    else if (show.quiet) for (const { model } of models) show.result(printable(model.name));
    else if (models.length === 0) show.note('Nothing in the catalogue matches.\n  luci llm list all\n  luci install owner/repo:Q4_K_M');
    else {
      show.result(catalogRows(models, show.terminal, { withTier: true, header: true }).join('\n'));
      show.note(
        show.terminal.style('dim', `${models.length} ${models.length === 1 ? 'model' : 'models'}.  luci show NAME   luci install NAME`),
      );
    }
    return 0;
  },
});

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

import type { ListedModel } from '../../app/models.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes, plural } from '../../base/units.ts';
import { type ExactContext, type Intent, type IntentReply, run, said } from '../intent.ts';
import { isUnmistakable, knownModel } from '../known-model.ts';

/** Models: what is installed, enabled, how large, of which tier. */

const owned = '(?:my |the |all |all my |all the )?(?:installed )?{models}';
const areInstalled = '(?:are installed|do i have(?: installed)?|have i (?:got|installed)|do you have|are here|is installed|did i install)';

function totalBytes(models: readonly ListedModel[]): number {
  return models.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The enabled models, or the others. */
async function listEnabled({ luci }: ExactContext, enabled: boolean): Promise<IntentReply> {
  const names = (await luci.models.list()).filter((model) => model.enabled === enabled).map(({ name }) => name);
  const state = enabled ? 'enabled' : 'disabled';
  return said(names.length === 0 ? `No installed model is ${state}.` : names.join('\n'), { [state]: names });
}

/** What is said of one model; undefined where the word names none. */
async function aboutModel(
  name: string,
  context: ExactContext,
  say: (about: {
    readonly name: string;
    readonly installed: ListedModel | undefined;
    readonly tier: number | null;
    readonly sizeBytes: number | null;
  }) => IntentReply,
): Promise<IntentReply> {
  const known = await knownModel(name, context);
  if (!known) return undefined;
  const { installed, cataloged } = known;
  return say({
    name: known.name,
    installed,
    tier: cataloged?.model.tier ?? installed?.entry?.tier ?? null,
    sizeBytes: installed?.sizeBytes ?? cataloged?.sizeBytes ?? null,
  });
}

function installHint(name: string): string {
  return `It is not installed: luci install ${shellWord(name)}`;
}

export const modelIntents: readonly Intent[] = [
  {
    name: 'models.list',
    example: 'which models are installed?',
    patterns: [
      'models(?: info| list)?|list models|installed models',
      `(?:(?:please )?(?:tell me|show me|show|list) )${owned}{here}`,
      `(?:what|which) {models} ${areInstalled}{here}`,
      `(?:tell me )?(?:what|which) {models} (?:i have|i have installed|are installed)`,
    ],
    reply: () => run('list'),
  },
  {
    name: 'models.count',
    example: 'how many models are installed?',
    patterns: [`how many {models} ${areInstalled}{here}`, '(?:{ask}|{isThe})number of installed {models}{here}'],
    async reply(_, { luci }) {
      const models = await luci.models.list();
      const size = models.length === 0 ? '' : `, ${formatBytes(totalBytes(models))}`;
      return said(`${plural(models.length, 'model')}${size}.`, { count: models.length, sizeBytes: totalBytes(models) });
    },
  },
  {
    name: 'models.enabled',
    example: 'which models are enabled?',
    patterns: [
      '(?:(?:what|which|list|show)(?: me)? )?{models} (?:are|that are) enabled',
      '(?:(?:show|list)(?: me)? )?(?:the |my |all )?enabled {models}',
    ],
    reply: (_, context) => listEnabled(context, true),
  },
  {
    name: 'models.disabled',
    example: 'which models are disabled?',
    patterns: [
      '(?:(?:what|which|list|show)(?: me)? )?{models} (?:are|that are) disabled',
      '(?:(?:show|list)(?: me)? )?(?:the |my |all )?disabled {models}',
    ],
    reply: (_, context) => listEnabled(context, false),
  },
  {
    name: 'models.size',
    example: 'how much space do my models take?',
    patterns: [
      `how much (?:disk )?(?:space|room|storage) (?:do|does) ${owned} (?:take|use|need|occupy)(?: up)?(?: on disk)?`,
      `how (?:big|large) are (?:my|the|all|all my|all the) (?:installed )?{models}`,
      `(?:{ask}|{isThe})total size of ${owned}`,
    ],
    async reply(_, { luci }) {
      const models = await luci.models.list();
      const sizeBytes = totalBytes(models);
      return said(`${plural(models.length, 'model')}, ${formatBytes(sizeBytes)} together.`, { count: models.length, sizeBytes });
    },
  },
  {
    name: 'models.folder',
    example: 'where are the models stored?',
    patterns: [
      "where are (?:my|the|your|luci's|installed|the installed|my installed) {models}(?: stored| kept| saved| located)?",
      'where does luci (?:store|keep|save|put) (?:its |the |my |installed )?{models}',
      '(?:{ask}|{isThe})models? folder',
    ],
    reply: (_, { luci }) => said(luci.directories.models, { path: luci.directories.models }),
  },
  {
    name: 'models.default',
    example: 'which model is the default?',
    patterns: [
      '(?:what|which) (?:model )?is (?:the|my) default(?: model)?',
      'which model is (?:used by )?default',
      '{ask}default model',
      "what's (?:the|my) default model",
    ],
    async reply(_, { luci }) {
      const chosen = (await luci.models.list()).find(({ isDefault }) => isDefault)?.name;
      return said(chosen ?? 'No model is the default; the best enabled one that fits is used: luci llm default NAME', {
        default: chosen ?? null,
      });
    },
  },
  {
    name: 'models.current',
    example: 'which model am I talking to?',
    patterns: [
      '(?:what|which) (?:language |ai )?model (?:are you|is this|are you using|am i using|is (?:running|loaded|in use|answering|used)|do you use)(?: here)?',
      '(?:what|which) (?:language |ai )?model am i (?:talking|speaking|chatting) (?:to|with)',
      '{ask}(?:current model|model in use|model name)',
      '{isThe}(?:current model|model in use)',
    ],
    reply: (_, { chatModel }) =>
      said(chatModel ?? 'No model is chosen yet: the first question that needs one chooses it.', { model: chatModel ?? null }),
  },
  {
    name: 'models.is-installed',
    example: 'is llama3.2 installed?',
    patterns: [
      'is (?:the )?(?:model )?{model}(?: model)? (?:already )?installed{here}',
      'do i have (?:the )?(?:model )?{model}(?: model)? installed{here}',
      'have i installed (?:the )?(?:model )?{model}(?: model)?',
    ],
    reply: ({ model = '' }, context) =>
      aboutModel(model, context, ({ name, installed, tier, sizeBytes }) => {
        const data = { model: name, installed: installed !== undefined, enabled: installed?.enabled ?? null, sizeBytes, tier };
        if (!installed) return said(`${name} is not installed: luci install ${shellWord(name)}`, data);
        const facts = [
          formatBytes(installed.sizeBytes),
          ...(tier === null ? [] : [`tier ${tier}`]),
          installed.enabled ? 'enabled' : 'disabled',
        ];
        return said(`${name} is installed: ${facts.join(', ')}.`, data);
      }),
  },
  {
    name: 'models.is-enabled',
    example: 'is llama3.2 enabled?',
    patterns: ['is (?:the )?(?:model )?{model}(?: model)? (?:enabled|disabled)'],
    reply: ({ model = '' }, context) =>
      aboutModel(model, context, ({ name, installed }) => {
        const data = { model: name, installed: installed !== undefined, enabled: installed?.enabled ?? null };
        if (!installed) return said(`${name} is not installed, so it is neither: luci install ${shellWord(name)}`, data);
        return said(`${name} is ${installed.enabled ? 'enabled' : 'disabled'}.`, data);
      }),
  },
  {
    name: 'models.model-size',
    example: 'how big is llama3.2?',
    patterns: [
      'how (?:big|large) is (?:the )?{model}(?<named> model)?(?: on disk)?',
      'how (?:big|large) is (?:the )?(?<named>model ){model}(?: on disk)?',
      "(?:(?:what is|what's|tell me|show me) the )?size of (?:the )?{model}(?<named> model)?",
      'how much (?:disk )?(?:space|room) does (?:the )?{model}(?<named> model)? (?:take|use|need)(?: up)?',
    ],
    async reply({ model = '', named }, context) {
      if (named === undefined && !isUnmistakable(model)) return undefined;
      return aboutModel(model, context, ({ name, installed, sizeBytes }) => {
        if (sizeBytes === null) return said(`The size of ${name} is not known here. ${installHint(name)}`, { model: name, sizeBytes });
        const note = installed ? '' : ` ${installHint(name)}`;
        return said(`${name}: ${formatBytes(sizeBytes)}.${note}`, { model: name, sizeBytes, installed: installed !== undefined });
      });
    },
  },
  {
    name: 'models.model-tier',
    example: 'which tier is llama3.2?',
    patterns: [
      '(?:what|which) tier (?:is|has|does) (?:the )?(?:model )?{model}(?: model)?(?: in| have)?',
      "(?:(?:what is|what's|tell me) the )?tier of (?:the )?(?:model )?{model}(?: model)?",
    ],
    reply: ({ model = '' }, context) =>
      aboutModel(model, context, ({ name, tier }) =>
        said(tier === null ? `The catalogue names no tier for ${name}.` : `${name} is a model of tier ${tier}.`, { model: name, tier }),
      ),
  },
];

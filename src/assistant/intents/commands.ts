import { type ExactContext, type Intent, type IntentReply, run } from '../intent.ts';
import { knownModel } from '../known-model.ts';

/** Command lines that are typed into a chat. They are run as anywhere: with their plans and their questions. */

/** Commands that may be typed with `luci` before them; the others take the terminal for themselves, or never end. */
const typable = new Set([
  'install',
  'remove',
  'list',
  'search',
  'recommend',
  'show',
  'llm',
  'models',
  'alias',
  'verify',
  'clean',
  'doctor',
  'ps',
  'stop',
  'help',
  'version',
]);

/** `tier 1`, `core models`, `all models` */
const group = '(?<group>tier [0-3]|(?:core|all) models)';

export const commandIntents: readonly Intent[] = [
  {
    name: 'command.install',
    example: 'install mistral',
    patterns: [`(?:install|download|pull|fetch) (?:${group}|(?:the )?(?:model )?{model}(?: model)?)`],
    reply: ({ group: words, model }, context) =>
      words === undefined ? onKnown(model ?? '', context, 'install') : run('install', ...words.split(/\s+/)),
  },
  {
    name: 'command.remove',
    example: 'remove mistral',
    patterns: ['(?:remove|uninstall) (?:the )?(?:model )?{model}(?: model)?'],
    reply: ({ model = '' }, context) => onInstalled(model, context, 'remove'),
  },
  {
    name: 'command.enable',
    example: 'enable mistral',
    patterns: ['(?<verb>enable|disable) (?:the )?(?:model )?{model}(?: model)?'],
    reply: ({ verb = '', model = '' }, context) => onInstalled(model, context, 'llm', verb.toLowerCase()),
  },
  {
    name: 'command.default',
    example: 'make mistral the default',
    patterns: ['(?:make|set) {model} (?:as )?(?:the|my) default(?: model)?', 'set the default model to {model}', 'use {model} by default'],
    reply: ({ model = '' }, context) => onInstalled(model, context, 'llm', 'default'),
  },
  {
    name: 'command.llm',
    example: 'llm list all',
    patterns: ['llm(?<rest>(?: list(?: all)?| (?:enable|disable|default) \\S+(?: \\S+)*| default)?)'],
    isTyped: true,
    reply: ({ rest = '' }) => run('llm', ...rest.split(/\s+/).filter(Boolean)),
  },
  {
    name: 'command.show',
    example: 'models info mistral',
    patterns: ['(?:models? info|info) {model}'],
    isTyped: true,
    reply: ({ model = '' }, context) => onKnown(model, context, 'show'),
  },
  {
    name: 'command.doctor',
    example: 'doctor',
    patterns: ['(?<name>doctor|recommend)'],
    isTyped: true,
    reply: ({ name = '' }) => run(name.toLowerCase()),
  },
  {
    name: 'command.line',
    example: 'luci ps',
    patterns: ['luci (?<line>[a-z]+(?: .*)?)'],
    isTyped: true,
    reply({ line = '' }) {
      const args = wordsOf(line);
      return args !== undefined && typable.has(args[0] ?? '') ? run(...args) : undefined;
    },
  },
];

/** The command on a model that somebody knows; any other word is for the model of the chat. */
async function onKnown(model: string, context: ExactContext, ...args: readonly string[]): Promise<IntentReply> {
  return (await knownModel(model, context)) && run(...args, model);
}

async function onInstalled(model: string, context: ExactContext, ...args: readonly string[]): Promise<IntentReply> {
  return (await knownModel(model, context))?.installed && run(...args, model);
}

/** Words as a shell has them, as far as quotes go; undefined where one is not closed. */
function wordsOf(line: string): readonly string[] | undefined {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)];
  const isWhole = words.reduce((left, [word]) => left.replace(word, ''), line).trim() === '';
  return isWhole ? words.map(([, double, single, plain]) => double ?? single ?? plain ?? '') : undefined;
}

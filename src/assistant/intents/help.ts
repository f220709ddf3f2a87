import { shellWord } from '../../base/shell-word.ts';
import { type CommandFacts, type ExactContext, type Intent, type IntentReply, run, said } from '../intent.ts';
import { knownModel } from '../known-model.ts';

/** Help on luci's commands, in the words of the table of commands itself. */

/** What can be asked for, as `how do I …`, with the commands that do it. */
interface Topic {
  readonly name: string;
  readonly example: string;
  /** What follows on `how do I`. */
  readonly forms: readonly string[];
  readonly commands: readonly string[];
  /** What can be done in a chat. */
  readonly inChat?: string;
}

const aModel =
  '(?:a|an|another|a new|new|more|some|other|the|my|all|any|a different)? ?(?:installed )?(?:language |ai |llm )?(?:models?|llms?)';

const topics: readonly Topic[] = [
  {
    name: 'install',
    example: 'how do I install a model?',
    forms: [`(?:install|download|get|fetch|add|pull) ${aModel}`],
    commands: ['install', 'search', 'recommend'],
  },
  {
    name: 'remove',
    example: 'how do I remove a model?',
    forms: [`(?:remove|delete|uninstall|get rid of) ${aModel}`],
    commands: ['remove'],
  },
  {
    name: 'list',
    example: 'how can I see my models?',
    forms: [`(?:list|see|view|show|find out which) ${aModel}(?: (?:i have|are installed))?`],
    commands: ['list', 'llm list'],
  },
  {
    name: 'search',
    example: 'how do I search for models?',
    forms: [`(?:search|look|find)(?: for)? ${aModel}`, `(?:choose|pick) ${aModel}(?: for {machine})?`],
    commands: ['search', 'recommend'],
  },
  {
    name: 'switch',
    example: 'how do I switch to another model?',
    forms: [`(?:switch|change)(?: to)? ${aModel}`, `use ${aModel}`],
    commands: ['chat', 'llm default'],
    inChat: '/model NAME',
  },
  {
    name: 'default',
    example: 'how do I set the default model?',
    forms: ['(?:set|change|choose) (?:the|my|a) default model'],
    commands: ['llm default'],
  },
  {
    name: 'enable',
    example: 'how do I disable a model?',
    forms: [`(?:enable|disable|switch off|switch on|turn off|turn on) ${aModel}`],
    commands: ['llm enable', 'llm disable'],
  },
  {
    name: 'alias',
    example: 'how do I give a model a name of my own?',
    forms: ['(?:give|make) (?:a model )?(?:a name of my own|an alias|my own name)(?: for a model)?', `rename ${aModel}`],
    commands: ['alias'],
  },
  { name: 'verify', example: 'how do I check my models?', forms: [`(?:check|verify|repair) ${aModel}(?: files?)?`], commands: ['verify'] },
  { name: 'test', example: 'how do I test a model?', forms: [`(?:test|grade|prove) ${aModel}`], commands: ['test'] },
  {
    name: 'bench',
    example: 'how do I measure the speed of a model?',
    forms: [`(?:measure|benchmark|bench|time) (?:the speed of )?${aModel}`],
    commands: ['bench'],
  },
  {
    name: 'serve',
    example: 'how do I start the server?',
    forms: ["(?:start|run|use) (?:a|the|luci as a|luci's) (?:server|api|http server|http api)", 'serve models(?: over http)?'],
    commands: ['serve', 'service'],
  },
  {
    name: 'remote',
    example: 'how do I add a remote endpoint?',
    forms: ['(?:add|use|connect|connect to) (?:a|an|the|another) (?:remote )?endpoint', '(?:add|use) a remote(?: model| server)?'],
    commands: ['remote'],
  },
  {
    name: 'clean',
    example: 'how do I clean up downloads?',
    forms: ['(?:clean|clean up|delete|remove) (?:the |my |old |unfinished |partial )*(?:downloads|trash)'],
    commands: ['clean'],
  },
  {
    name: 'settings',
    example: 'how do I change a setting?',
    forms: ["(?:change|see|set|list|show) (?:a|the|my|luci's|all) settings?"],
    commands: ['config'],
  },
  {
    name: 'doctor',
    example: 'how do I find out what is wrong with luci?',
    forms: ['(?:find out )?what is wrong with luci', '(?:check|diagnose|troubleshoot) luci'],
    commands: ['doctor', 'logs'],
  },
  {
    name: 'ask',
    example: 'how do I ask a question from a script?',
    forms: ['ask (?:a|one) question(?: (?:from|in) (?:a|my) (?:script|program))?', 'use luci (?:from|in) (?:a|my) (?:script|shell)'],
    commands: ['ask'],
  },
  { name: 'chat', example: 'how do I start a chat?', forms: ['(?:start|begin) a chat', '(?:chat|talk) with a model'], commands: ['chat'] },
  {
    name: 'leave',
    example: 'how do I leave the chat?',
    forms: ['(?:leave|quit|exit|end|close|stop) (?:the |this )?chat', '(?:quit|exit)'],
    commands: [],
    inChat: '/quit, or Ctrl+D',
  },
  {
    name: 'save',
    example: 'how do I save this chat?',
    forms: ['(?:save|keep) (?:the|this|a) chat'],
    commands: [],
    inChat: '/save NAME, and later /load NAME',
  },
  {
    name: 'files',
    example: 'how do I let the model read my files?',
    forms: [
      '(?:let|make) (?:the model|you|a model) (?:read|edit|change|use|see|work with) (?:my |some )?files',
      'give (?:the model|you) access to (?:my |a )?(?:files|folder)',
    ],
    commands: ['chat'],
    inChat: '/tools FOLDER',
  },
];

const how =
  "(?:how (?:do|can|could|would|should) (?:i|we|you|one) |how to |(?:what is|what's) the command (?:to|for) |which command (?:do i use to |is used to |lets me )|what do i type to )";
const inLuci = '(?: (?:with|in|using) luci)?';

export const helpIntents: readonly Intent[] = [
  ...topics.map(
    (topic): Intent => ({
      name: `help.${topic.name}`,
      example: topic.example,
      patterns: topic.forms.map((form) => `${how}(?:${form})${inLuci}`),
      reply: (_, context) => helpOn(topic, context),
    }),
  ),
  {
    name: 'help.install-one',
    example: 'how do I install llama3.2?',
    patterns: [`${how}(?:install|download|get|fetch|pull) (?:the )?(?:model )?{model}(?: model)?${inLuci}`],
    async reply({ model = '' }, context) {
      const known = await knownModel(model, context);
      if (!known) return undefined;
      const line = `luci install ${shellWord(known.name)}`;
      return said(known.installed ? `${known.name} is installed already: luci chat -m ${shellWord(known.name)}` : line, {
        model: known.name,
        installed: known.installed !== undefined,
        commands: [line],
      });
    },
  },
  {
    name: 'help.command',
    example: 'what does luci bench do?',
    patterns: [
      'what (?:does|is) luci (?<command>[\\w-]+)(?: (?:do|for))?',
      'help (?:with|on|about) luci (?<command>[\\w-]+)',
      'how (?:does|do i use|can i use) luci (?<command>[\\w-]+)(?: work)?',
    ],
    reply({ command: name = '' }, { commands }) {
      const command = commands.find((known) => known.name === name.toLowerCase());
      if (!command) return undefined;
      return said([...linesOf(command, command.name), ...(command.details === undefined ? [] : [command.details])].join('\n'), {
        commands: [command.name],
      });
    },
  },
  {
    name: 'help.typed',
    example: 'help install',
    patterns: ['help (?<command>[\\w-]+)'],
    isTyped: true,
    reply: ({ command = '' }, { commands }) =>
      commands.some(({ name }) => name === command.toLowerCase()) ? run('help', command.toLowerCase()) : undefined,
  },
  {
    name: 'help.all',
    example: 'help',
    patterns: [
      'help',
      'how (?:do|can|should) (?:i|we) use luci',
      '(?:what|which) commands (?:are there|does luci have)',
      '(?:show|list)(?: me)?(?: the| all)?(?: luci)? commands',
    ],
    reply: () => run('help'),
  },
];

function helpOn({ commands: names, inChat }: Topic, { commands }: ExactContext): IntentReply {
  const lines = names.flatMap((path) => {
    const command = commandOf(path, commands);
    return command ? linesOf(command, path) : [];
  });
  const chat = inChat === undefined ? [] : [`${names.length > 0 ? 'In a chat' : 'Here'}: ${inChat}`];
  return said([...chat, ...lines].join('\n'), { commands: names, inChat: inChat ?? null });
}

/** The command of a path, as in `llm default`. */
function commandOf(path: string, commands: readonly CommandFacts[]): CommandFacts | undefined {
  return path
    .split(' ')
    .reduce<CommandFacts | undefined>(
      (found, word, index) => (index === 0 ? commands : found?.verbs)?.find(({ name }) => name === word),
      undefined,
    );
}

/** `luci install <model>...: fetch and verify models by name`, with an example that works. */
function linesOf({ operands, example, summary }: CommandFacts, path: string): string[] {
  const form = ['luci', path, operands].filter(Boolean).join(' ');
  return [`${form}: ${summary}`, ...(example === undefined ? [] : [`  luci ${path} ${example}`])];
}

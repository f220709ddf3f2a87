import { resolve } from 'node:path';
import { LuciError } from '../../../base/errors.ts';
import { misfit } from '../../../base/value-kinds.ts';
import { installedCount, installedData, installedTable } from '../../show/installed-rows.ts';
import { printable } from '../../show/text.ts';
import { thinkingOptions, thinkingRequest } from '../../thinking-option.ts';
import { type ChatCommand, type ChatCommandContext, tell } from '../chat-command.ts';
import { answerSettings, setAnswers } from './set-answers.ts';

/** Commands for the model, and for how it answers. */

export const modelCommands: readonly ChatCommand[] = [
  {
    name: 'model',
    operands: '[NAME]',
    completes: 'model',
    help: 'show or change the model; what was said is kept',
    async run({ session, show }, name) {
      if (name !== '') await session.changeModel(name);
      show.note(`model: ${printable(session.model)}`);
    },
  },
  {
    name: 'models',
    help: 'the models that are installed',
    async run({ luci, show }) {
      const models = await luci.models.list();
      const { terminal } = show;
      const text =
        models.length === 0 ? 'No model is installed.' : `${installedTable(models, terminal)}\n${installedCount(models, terminal)}`;
      tell(show, 'models', { text, data: { models: models.map(installedData) } });
    },
  },
  {
    name: 'system',
    operands: '[TEXT]',
    help: 'show or set the system prompt; "-" takes it away',
    async run({ session, show }, text) {
      if (text !== '') session.setSystem(text === '-' ? undefined : text);
      show.note(`system: ${printable(session.system || '(none)')}`);
    },
  },
  {
    name: 'set',
    operands: '[NAME VALUE]',
    completes: answerSettings.map(({ name }) => name),
    help: 'show or change how answers are made, as in "/set temperature 0.2"; "-" as the value takes it back',
    run: setAnswers,
  },
  {
    name: 'mcp',
    operands: '[on|off]',
    completes: ['on', 'off'],
    help: 'show the servers of mcp.json, start them anew, or end them',
    run: mcp,
  },
  {
    name: 'think',
    operands: '[on|off|low|high]',
    completes: thinkingOptions.think.kind.choices,
    help: 'show or change whether a thinking model thinks, and whether that is shown',
    async run({ session, show, view }, word) {
      if (word !== '') {
        const think = thinkingOptions.think.kind.parse(word);
        if (think === undefined)
          throw new LuciError('USAGE', `${misfit(printable(word), thinkingOptions.think.kind)}.`, { hint: '/think off' });
        session.configure(thinkingRequest({ think }));
        view.isThinkingShown = think !== 'off' && show.terminal.outIsTerminal;
      }
      const { thinking } = session.settings;
      show.note(`think: ${thinking === undefined ? 'as the model does, unseen' : thinking === true ? 'on' : thinking || 'off'}`);
    },
  },
  {
    name: 'tools',
    operands: '[FOLDER|off]',
    completes: 'folder',
    help: 'let the model list, read and write files in a folder ("." is this one); alone, what each tool takes of the context',
    run: tools,
  },
];

async function mcp({ outside, permissions, show }: ChatCommandContext, word: string): Promise<void> {
  const state = await outside.command(word);
  if (word !== '') permissions.forget();
  show.note([state, ...standingLines(permissions)].join('\n'));
}

function standingLines(permissions: ChatCommandContext['permissions']): readonly string[] {
  return permissions.standing().map((line) => `  ${line}`);
}

async function tools({ session, show, prompt, permissions, outside }: ChatCommandContext, folder: string): Promise<void> {
  if (folder !== '') {
    await session.useTools(folder === 'off' ? undefined : resolve(folder));
    permissions.forget();
  }
  const { toolsFolder } = session;
  const state = toolsFolder === undefined ? 'tools: off' : `tools: on in ${printable(toolsFolder)}; changes are asked for first`;
  // Counting opens the model: only where nothing else was asked for.
  const hasTools = toolsFolder !== undefined || outside.isOn;
  const look = folder === '' && hasTools ? await session.look(undefined, prompt.stopped) : undefined;
  const { tools: each = [], untoldTools = [] } = look ?? {};
  if (show.json) return show.data({ type: 'tools', folder: toolsFolder ?? null, tools: each, untold: untoldTools });
  const width = Math.max(0, ...each.map(({ name }) => name.length));
  const total = each.reduce((sum, { tokens }) => sum + tokens, 0);
  const lines = each.map(({ name, tokens }) => `  ${name.padEnd(width)}  ${String(tokens).padStart(5)} tokens`);
  show.note(
    [
      state,
      ...standingLines(permissions),
      ...lines,
      ...(each.length > 0 ? [`  ${'all'.padEnd(width)}  ${String(total).padStart(5)} tokens`] : []),
      ...(untoldTools.length > 0 ? [`told when your words ask for them: ${untoldTools.join(', ')}`] : []),
    ].join('\n'),
  );
}

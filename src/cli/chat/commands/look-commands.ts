import { basename } from 'node:path';
import type { PromptView } from '../../../agent/prompt-view.ts';
import type { Usage } from '../../../engine/engine.ts';
import { readTextFile } from '../../question-files.ts';
import { definitions } from '../../show/definitions.ts';
import { printable, printableText } from '../../show/text.ts';
import { type ChatCommand, type ChatCommandContext, tell } from '../chat-command.ts';
import { copyText } from '../clipboard.ts';

/** Commands that show what the model is told and what came of it, and those that carry text in and out. */

export const lookCommands: readonly ChatCommand[] = [
  {
    name: 'context',
    help: 'how full the context is, and with what',
    async run({ session, show, prompt }) {
      const look = await session.look(undefined, prompt.stopped);
      const { text, ...figures } = { ...look, questions: session.path.filter(({ role }) => role === 'user').length };
      tell(show, 'context', {
        text: contextText(look, session.forgottenTurns, show),
        data: { ...figures, forgotten: session.forgottenTurns },
      });
    },
  },
  {
    name: 'prompt',
    operands: '[QUESTION]',
    help: 'exactly what the model is told, with its tokens; with a question as if it was asked',
    async run({ session, show, prompt }, question) {
      const look = await session.look(question === '' ? undefined : question, prompt.stopped);
      if (show.json) return show.data({ type: 'prompt', ...look });
      show.result(printableText(look.text));
      const { contextLength, tokens } = look;
      const how = look.isExact ? '' : ' (what the endpoint is sent; it writes the prompt itself, and the count is an estimate)';
      show.note(show.terminal.style('dim', `${grouped(tokens)} of ${grouped(contextLength)} tokens${partsText(look)}${how}`));
    },
  },
  {
    name: 'file',
    operands: '[PATH]',
    completes: 'file',
    help: 'put a text file to the next question; "-" takes them away',
    async run({ show, view }, path) {
      if (path === '-') view.files = [];
      else if (path !== '') view.files = [...view.files, { name: basename(path), text: await readTextFile(path) }];
      const names = view.files.map(({ name, text }) => `${printable(name)} (${grouped(text.length)} characters)`);
      show.note(names.length === 0 ? 'files: none' : `files: ${names.join(', ')}; they go with the next question`);
    },
  },
  {
    name: 'copy',
    help: 'copy the last answer',
    async run({ session, show, prompt }) {
      const { path } = session;
      const from = path.findLastIndex(({ role, continues }) => role === 'assistant' && !continues);
      if (from < 0) return show.note('There is no answer yet.');
      const answer = path.slice(from).map(({ content }) => content);
      show.note(await copyText(answer.join(''), prompt));
    },
  },
  {
    name: 'stats',
    help: 'tokens and times of the last answer',
    async run({ session, show }) {
      const { lastUsage: usage, forgottenTurns: forgotten } = session;
      if (show.json) return show.data({ type: 'stats', usage: usage ?? null, forgotten });
      show.note(usage ? statsText(usage, forgotten) : 'There is no answer yet.');
    },
  },
];

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function contextText(
  { tokens, contextLength, systemTokens, tools }: PromptView,
  forgotten: number,
  { terminal }: ChatCommandContext['show'],
): string {
  const toolTokens = tools.reduce((sum, tool) => sum + tool.tokens, 0);
  const share = (part: number): string => `${grouped(part)} tokens, ${Math.round((part / contextLength) * 100)} %`;
  const rows: (readonly [string, string])[] = [
    ['context', `${grouped(tokens)} of ${share(contextLength).replace(/, .*/, '')}, ${Math.round((tokens / contextLength) * 100)} %`],
    ['system', share(systemTokens)],
    ['tools', share(toolTokens)],
    ['chat', share(Math.max(0, tokens - systemTokens - toolTokens))],
    ['free', share(Math.max(0, contextLength - tokens))],
    ...(forgotten > 0 ? [['not seen', forgottenText(forgotten)] as const] : []),
  ];
  return definitions(rows, terminal).join('\n');
}

function partsText({ systemTokens, tools }: PromptView): string {
  const toolTokens = tools.reduce((sum, { tokens }) => sum + tokens, 0);
  const parts = [systemTokens > 0 ? `system ${grouped(systemTokens)}` : '', toolTokens > 0 ? `tools ${grouped(toolTokens)}` : ''];
  const said = parts.filter((part) => part !== '').join(', ');
  return said === '' ? '' : `, of them ${said}`;
}

/** What the model no longer sees is never left out without a word. */
export function forgottenText(turns: number): string {
  return turns === 1
    ? '1 of the first questions no longer fits and is not seen by the model'
    : `${turns} of the first questions no longer fit and are not seen by the model`;
}

function statsText(usage: Usage, forgotten: number): string {
  return [
    `prompt     ${usage.promptTokens} tokens, ${usage.cachedTokens} of them known, ${usage.promptTokensPerSecond} tokens/s`,
    `answer     ${usage.generatedTokens} tokens, ${usage.generatedTokensPerSecond} tokens/s`,
    `first word ${usage.timeToFirstTokenMs} ms, all ${usage.totalMs} ms`,
    ...(forgotten > 0 ? [`forgotten  ${forgottenText(forgotten)}`] : []),
  ].join('\n');
}

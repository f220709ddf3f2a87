import type { Agent, QueryOptions } from '../agent/agent.ts';
import type { Luci } from '../app/luci.ts';
import { quotedAnswer, type Statement } from '../assistant/quoted-answer.ts';
import { LuciError } from '../base/errors.ts';
import { plural } from '../base/units.ts';
import { bytesOf } from './question-files.ts';
import type { Show } from './show/show.ts';
import { printable, printableText } from './show/text.ts';
import type { WaitingLine } from './show/waiting-line.ts';

/** `luci ask --quote`: each sentence with the words of the file it rests on. */

/** What it is asked with. */
export interface QuotedQuestion {
  readonly files: readonly string[];
  readonly question: string;
  readonly name: string;
  readonly model: string | undefined;
  readonly force: true | undefined;
  readonly luci: Luci;
  readonly agent: Agent;
  readonly request: QueryOptions;
  readonly waiting: WaitingLine;
  readonly show: Show;
}

/** Asks and shows the answer. */
export async function answerWithQuotes({
  files,
  question,
  name,
  model,
  force,
  luci,
  agent,
  request,
  waiting,
  show,
}: QuotedQuestion): Promise<void> {
  const { style } = show.terminal;
  const read = await Promise.all(files.map(async (path) => ({ name: path, bytes: await bytesOf(path) })));
  await using session = await luci.open(model, { signal: request.signal, onEvent: waiting.onLoad, force });
  const onPart = (file: string, part: number, parts: number): void => {
    if (parts === 1) return;
    waiting.stop();
    show.note(style('dim', `${printable(file)}: part ${part} of ${parts}`));
    waiting.start();
  };
  const answer = await quotedAnswer({ files: read, question, session, agent, request, onPart });
  waiting.stop();
  const { statements } = answer;
  if (show.json) return show.data({ model: name, ...answer });
  for (const statement of statements) show.result(statementText(statement, show));
  const unproven = statements.filter(({ range }) => range === undefined).length;
  const count =
    statements.length === 0 ? 'The model found nothing about it' : `${plural(statements.length, 'sentence')}, ${unproven} unproven`;
  show.note(
    style(
      'dim',
      `${count}; ${answer.read.map(({ file, bytes, parts }) => `${printable(file)}: all ${bytes} bytes read in ${plural(parts, 'part')}`).join(', ')}.`,
    ),
  );
}

function statementText({ sentence, quote, file, range }: Statement, { terminal: { style } }: Show): string {
  const said = printableText(sentence.trim());
  if (!range) return `${said} ${style('care', '[unproven]', 'out')}`;
  return `${said} ${style('dim', `[${printable(file)}:${range.start}-${range.end} "${printable(quote.trim())}"]`, 'out')}`;
}

/** Throws USAGE for what means nothing beside --quote. */
export function checkQuoteFlags(given: {
  readonly file?: readonly string[];
  readonly tools?: true;
  readonly schema?: string;
  readonly raw?: true;
  readonly fit?: string;
}): void {
  const hint = 'luci ask --quote -f notes.txt "What is said about the kettle?"';
  if (!given.file?.length) throw new LuciError('USAGE', '--quote is for files, and none are given.', { hint });
  const other = (['tools', 'schema', 'raw', 'fit'] as const).find((name) => given[name] !== undefined);
  if (other) throw new LuciError('USAGE', `--quote and --${other} do not go together.`, { hint });
}

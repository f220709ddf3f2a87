import type { Agent, QueryOptions } from '../agent/agent.ts';
import type { Luci } from '../app/luci.ts';
import { type FitEvent, fitQuestion } from '../assistant/fit-question.ts';
import type { FitWay } from '../assistant/fit-text.ts';
import type { CommandContext } from './command.ts';
import type { Show } from './show/show.ts';
import type { WaitingLine } from './show/waiting-line.ts';

/** What is asked of a text that may be longer than the context, told on stderr. */

/** What it is made with. */
export interface AskableOptions {
  readonly context: Pick<CommandContext, 'show'>;
  readonly luci: Luci;
  readonly agent: Agent;
  readonly request: QueryOptions;
  readonly model: string | undefined;
  readonly waiting: WaitingLine;
  /** As the agent opens the model. */
  readonly force: true | undefined;
}

/** The prompt that fits. The session is the agent's own: the model is opened once. */
export async function askableText(
  asked: { readonly text: string; readonly question: string; readonly way: FitWay },
  { context, luci, agent, request, model, waiting, force }: AskableOptions,
): Promise<string> {
  const { signal } = request;
  await using session = await luci.open(model, { signal, onEvent: waiting.onLoad, force });
  const onEvent = (event: FitEvent): void => {
    waiting.stop();
    tell(event, context.show);
    waiting.start();
  };
  return await fitQuestion({ ...asked, session, agent, request, onEvent });
}

function tell(event: FitEvent, { note, terminal }: Show): void {
  note(terminal.style('dim', event.type === 'part' ? `part ${event.part} of ${event.parts}` : cutText(event)));
}

function cutText({ way, leftOutCharacters, allCharacters }: Extract<FitEvent, { type: 'cut' }>): string {
  const end = way === 'head' ? 'last' : 'first';
  return `The text does not fit: the ${end} ${leftOutCharacters} of ${allCharacters} characters are left out. --fit map reads all of it in parts.`;
}

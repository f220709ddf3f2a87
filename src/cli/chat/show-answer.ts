import type { AgentEvent } from '../../agent/tool-loop.ts';
import type { ChatSession } from '../../app/chat-session.ts';
import { stopError } from '../../base/abort.ts';
import type { GenerationEvent } from '../../engine/engine.ts';
import { noteCut } from '../show/cut-answer.ts';
import type { Show } from '../show/show.ts';
import { noteToolEvent } from '../show/tool-events.ts';
import type { WaitingLine } from '../show/waiting-line.ts';
import type { ChatView } from './chat-command.ts';
import { forgottenText } from './commands/look-commands.ts';
import type { Prompt } from './prompt.ts';

/** What an answer is shown with. */
export interface Answering {
  readonly session: ChatSession;
  readonly prompt: Prompt;
  readonly show: Show;
  readonly waiting: WaitingLine;
  readonly view: ChatView;
}

/** An answer as far as it came. */
interface Said {
  text: string;
  thinking: string;
}

/** Shows an answer as it comes. Ctrl+C stops it, and what came stays. */
export async function showAnswer(make: (signal: AbortSignal) => AsyncIterable<AgentEvent>, how: Answering): Promise<void> {
  const { session, prompt, show, waiting } = how;
  const stopper = new AbortController();
  prompt.onInterrupt = () => stopper.abort(stopError('CANCELLED'));
  const said: Said = { text: '', thinking: '' };
  let end: Extract<GenerationEvent, { type: 'end' }> | undefined;
  tellState('Answering', how);
  waiting.start();
  try {
    for await (const event of make(AbortSignal.any([prompt.stopped, stopper.signal]))) {
      if (event.type === 'tool-result') waiting.start();
      else waiting.see(event);
      if (event.type === 'end') end = event;
      showEvent(event, said, how);
    }
  } catch (error) {
    waiting.stop();
    if (!stopper.signal.aborted) throw error;
    show.note('(stopped)');
  } finally {
    waiting.stop();
    prompt.onInterrupt = undefined;
    show.endAnswer();
    tellForgotten(how);
  }
  if (end) {
    noteCut(show, end, session.settings.maxTokens);
    tellState('Answer complete', how);
  }
}

/** One word for the state, for who hears the screen read. */
function tellState(text: string, { show, prompt }: Answering): void {
  if (show.terminal.isPlain && prompt.isTerminal) show.note(text);
}

function showEvent(event: AgentEvent, said: Said, how: Answering): void {
  const { show } = how;
  if (event.type === 'thinking') sayThinking(event.text, said, how);
  else if (event.type === 'text') sayText(event.text, said, how);
  else if (event.type === 'end') endAnswer(event, said, how);
  else noteToolEvent(event, show);
}

function sayThinking(text: string, said: Said, { show, view }: Answering): void {
  if (view.isThinkingShown && !show.json) show.stream(text, 'dim');
  said.thinking += text;
}

function sayText(text: string, said: Said, { show, view }: Answering): void {
  const isFirst = said.text === '';
  const piece = isFirst ? text.trimStart() : text;
  if (view.isThinkingShown && isFirst && said.thinking !== '' && !show.json) show.stream('\n\n', 'dim');
  if (!show.json) show.stream(piece);
  said.text += piece;
}

function endAnswer({ reason, usage }: Extract<AgentEvent, { type: 'end' }>, { text, thinking }: Said, { show, session }: Answering): void {
  if (!show.json) return;
  show.data({ type: 'answer', model: session.model, text, thinking: thinking === '' ? undefined : thinking, reason, usage });
}

/** Said when more questions have fallen out of the context than the person knows of. */
function tellForgotten({ session, show, view }: Answering): void {
  const { forgottenTurns } = session;
  if (forgottenTurns > view.toldForgotten) show.note(show.terminal.style('dim', `(${forgottenText(forgottenTurns)})`));
  view.toldForgotten = forgottenTurns;
}

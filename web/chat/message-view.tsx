import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { CopyButton } from '../copy-button.tsx';
import { grown, noBlocks } from '../markdown/blocks.ts';
import type { Message } from './branches.ts';
import { answerAgain, answerTo, goOn, isBusy, send, showBranch } from './chat.ts';
import { live } from './live-answer.ts';

/** A question or an answer, with what can be done with it. */
export function MessageView({ message, isLast }: { readonly message: Message; readonly isLast: boolean }): JSX.Element {
  const { turn } = message;
  const isAnswer = turn.role === 'assistant';
  const author = isAnswer ? (turn.model ?? 'Answer') : turn.role === 'system' ? 'Instructions' : 'You';
  return (
    <article class={`message ${turn.role}`} aria-label={author}>
      <h2 class="author">{author}</h2>
      {isAnswer ? <Answer message={message} isLast={isLast} /> : <Question message={message} isLast={isLast} />}
    </article>
  );
}

function Question({ message, isLast }: { readonly message: Message; readonly isLast: boolean }): JSX.Element {
  const { turn, text } = message;
  const isEdited = useSignal(false);
  if (isEdited.value) return <EditForm message={message} onEnd={() => (isEdited.value = false)} />;
  return (
    <>
      <div class="bubble" dir="auto">
        {text}
      </div>
      {turn.files?.map(({ name, text: content }) => (
        <details class="file" key={name}>
          <summary>{name}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <pre tabIndex={0}>{content}</pre>
        </details>
      ))}
      <div class="actions">
        <Branches message={message} />
        {isLast && !isBusy.value && (
          <button type="button" onClick={() => answerTo(turn)}>
            Answer
          </button>
        )}
        {turn.role === 'user' && (
          <button type="button" class="quiet" disabled={isBusy.value} onClick={() => (isEdited.value = true)}>
            Edit
          </button>
        )}
        <CopyButton text={text} what="question" />
      </div>
    </>
  );
}

/** An edit is a second question in the same place: the first and all that followed it stay. */
function EditForm({ message: { turn, text }, onEnd }: { readonly message: Message; readonly onEnd: () => void }): JSX.Element {
  const edited = useSignal(text);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (edited.value.trim() === '') return;
    onEnd();
    void send(edited.value, turn.files ?? [], turn.parent);
  };
  return (
    <form class="edit" onSubmit={submit}>
      <textarea
        aria-label="Edit the question"
        dir="auto"
        value={edited.value}
        ref={(area) => area?.focus()}
        onInput={({ currentTarget }) => (edited.value = currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onEnd()}
      />
      <div class="actions">
        <button type="submit" class="main">
          Send
        </button>
        <button type="button" onClick={onEnd}>
          Keep as it was
        </button>
      </div>
    </form>
  );
}

function Answer({ message, isLast }: { readonly message: Message; readonly isLast: boolean }): JSX.Element {
  const { turn, last, text } = message;
  const isRaw = useSignal(false);
  const { closed, open } = useMemo(() => grown(noBlocks, text), [text]);
  const isHalf = last.end === 'length' || last.end === 'stopped' || last.end === 'failed';
  return (
    <>
      {turn.thinking && <Thinking text={turn.thinking} />}
      {isRaw.value ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <pre class="raw" tabIndex={0} dir="auto">
          {text}
        </pre>
      ) : (
        <div class="text">
          {closed}
          {open}
        </div>
      )}
      <div class="actions">
        <Branches message={message} />
        {isHalf && isLast && (
          <button type="button" disabled={isBusy.value} onClick={() => goOn(last)}>
            Continue
          </button>
        )}
        <button type="button" class="quiet" disabled={isBusy.value} onClick={() => answerAgain(turn)}>
          Try again
        </button>
        <CopyButton text={text} what="answer" />
        <button type="button" class="quiet" aria-pressed={isRaw.value} onClick={() => (isRaw.value = !isRaw.value)}>
          Raw
        </button>
        <span class="figures">{figuresOf(message)}</span>
      </div>
    </>
  );
}

const ends: Readonly<Record<string, string>> = {
  length: 'cut at the longest answer',
  stopped: 'stopped',
  failed: 'failed half-way',
  repetition: 'ended: it repeated itself',
};

function figuresOf({ last }: Message): string {
  const parts = [
    last.tokens === undefined ? undefined : `${last.tokens} tokens`,
    last.tokensPerSecond ? `${last.tokensPerSecond} tokens/s` : undefined,
    ends[last.end ?? ''],
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function Branches({ message: { turn, siblings } }: { readonly message: Message }): JSX.Element | null {
  if (siblings.length < 2) return null;
  const at = siblings.findIndex(({ id }) => id === turn.id);
  const button = (to: number, name: string, sign: string): JSX.Element => {
    const sibling = siblings[to];
    return (
      <button
        type="button"
        class="quiet"
        aria-label={name}
        disabled={!sibling || isBusy.value}
        onClick={() => sibling && showBranch(sibling)}
      >
        {sign}
      </button>
    );
  };
  return (
    <span class="branches">
      {button(at - 1, 'Version before', '‹')}
      <span>
        {at + 1} / {siblings.length}
      </span>
      {button(at + 1, 'Next version', '›')}
    </span>
  );
}

function Thinking({ text, isOpen = false }: { readonly text: string; readonly isOpen?: boolean }): JSX.Element {
  return (
    <details class="thinking" open={isOpen}>
      <summary>Thinking</summary>
      <div dir="auto">{text}</div>
    </details>
  );
}

/** The answer that is being made: it alone is drawn again as it grows. */
export function LiveMessage({ model }: { readonly model: string }): JSX.Element | null {
  const answer = live.value;
  if (!answer) return null;
  const { blocks, thinking, text } = answer;
  return (
    <article class="message assistant" aria-label={model} aria-busy="true">
      <h2 class="author">{model}</h2>
      {thinking !== '' && <Thinking text={thinking} isOpen={text === ''} />}
      <div class="text">
        {blocks.closed}
        {blocks.open}
        <span class="cursor" aria-hidden="true" />
      </div>
    </article>
  );
}

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ask } from '../api.ts';
import { askable, hostOf, isLoaded } from '../models/models.ts';
import { go, place } from '../room.ts';
import { attempt } from '../status.ts';
import { allTurns, chatId, chatPath, isBusy, messages, model, openChat, stop, title } from './chat.ts';
import { loadChats } from './chat-list.ts';
import { Composer } from './composer.tsx';
import { saveAsJson, saveAsMarkdown } from './export-chat.ts';
import { live } from './live-answer.ts';
import { LiveMessage, MessageView } from './message-view.tsx';

/** A chat: what was said, and where the next question is written. */
export function ChatRoom(): JSX.Element {
  useEffect(() => void openChat(place.value.item), [place.value.item]);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape' && isBusy.value) stop();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const isEmpty = messages.value.length === 0 && !isBusy.value;
  return (
    <section class="room chat" aria-label="Chat">
      {isEmpty ? <Welcome /> : <ChatHead />}
      {!isEmpty && <Transcript />}
      {(askable.value.length > 0 || !isLoaded.value) && <Composer />}
    </section>
  );
}

function Welcome(): JSX.Element {
  if (isLoaded.value && askable.value.length === 0)
    return (
      <div class="welcome">
        <h1>No model is installed yet</h1>
        <p>A model answers on this machine, without a network. The smallest is 100 MB.</p>
        <button type="button" class="main" onClick={() => go('models')}>
          Choose a model
        </button>
      </div>
    );
  const host = hostOf(model.value);
  return (
    <div class="welcome">
      <h1>What would you like to know?</h1>
      <p>{host === undefined ? 'Everything stays on this machine.' : `Questions to this model are sent to ${host}.`}</p>
    </div>
  );
}

function ChatHead(): JSX.Element {
  const id = chatId.value;
  const isKept = id !== undefined && !id.endsWith('.json');
  const isAsked = useSignal(false);
  const isRenamed = useSignal(false);
  const remove = (): Promise<boolean> =>
    attempt(async () => {
      await ask(chatPath(id ?? ''), { method: 'DELETE' });
      await loadChats();
      go('chat');
    });
  const askFirst = (): void => {
    isAsked.value = true;
  };
  if (isRenamed.value) return <RenameForm onEnd={() => (isRenamed.value = false)} />;
  return (
    <header class="head">
      <h1 dir="auto">{title.value}</h1>
      <details class="menu" onFocusOut={closeLeft}>
        <summary>More</summary>
        <div>
          {isKept && (
            <button type="button" class="quiet" onClick={() => (isRenamed.value = true)}>
              Rename
            </button>
          )}
          <button type="button" class="quiet" onClick={() => saveAsMarkdown(title.value, messages.value)}>
            Export as Markdown
          </button>
          <button type="button" class="quiet" onClick={() => saveAsJson(title.value, allTurns())}>
            Export everything
          </button>
          {id !== undefined && (
            <button type="button" class="quiet danger" onClick={isAsked.value ? remove : askFirst}>
              {isAsked.value ? 'Really move to the trash' : 'Move to the trash'}
            </button>
          )}
        </div>
      </details>
    </header>
  );
}

/** A menu that is left closes. */
function closeLeft({
  currentTarget,
  relatedTarget,
}: {
  readonly currentTarget: HTMLDetailsElement;
  readonly relatedTarget: EventTarget | null;
}): void {
  if (!currentTarget.contains(relatedTarget as Node | null)) currentTarget.open = false;
}

function RenameForm({ onEnd }: { readonly onEnd: () => void }): JSX.Element {
  const text = useSignal(title.value);
  const submit = (event: Event): void => {
    event.preventDefault();
    const wanted = text.value.trim();
    onEnd();
    if (wanted === '') return;
    void attempt(async () => {
      await ask(chatPath(chatId.value ?? ''), { method: 'POST', body: { title: wanted } });
      title.value = wanted;
      await loadChats();
    });
  };
  return (
    <form class="head" onSubmit={submit}>
      <input
        aria-label="Title of the chat"
        maxLength={200}
        dir="auto"
        value={text.value}
        ref={(input) => input?.focus()}
        onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        onKeyDown={({ key }) => key === 'Escape' && onEnd()}
      />
      <button type="submit">Rename</button>
    </form>
  );
}

/** How near its end the reader counts as following. */
const followPixels = 80;

function Transcript(): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const list = messages.value;
  useEffect(() => {
    const follow = (): void => {
      if (isFollowing.current && log.current) log.current.scrollTop = log.current.scrollHeight;
    };
    follow();
    return live.subscribe(() => requestAnimationFrame(follow));
  }, [list]);
  const onScroll = (): void => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = log.current ?? {};
    isFollowing.current = scrollHeight - scrollTop - clientHeight < followPixels;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="log" role="log" aria-live="off" aria-label="Conversation" tabIndex={0} ref={log} onScroll={onScroll}>
      <div class="column">
        {list.map((message, index) => (
          <MessageView key={message.turn.id} message={message} isLast={index === list.length - 1} />
        ))}
        <LiveMessage model={model.value} />
      </div>
    </div>
  );
}

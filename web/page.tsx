import { effect, useSignal } from '@preact/signals';
import { type JSX, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { ask, needsKey, takeKey } from './api.ts';
import { chatId, model, openChat } from './chat/chat.ts';
import { chats, loadChats, search, searchText } from './chat/chat-list.ts';
import { ChatRoom } from './chat/chat-room.tsx';
import { readExport } from './chat/export-chat.ts';
import { MachineRoom } from './machine/machine-room.tsx';
import { askable, loadElsewhere, loadModels } from './models/models.ts';
import { ModelsRoom } from './models/models-room.tsx';
import { go, place, type RoomName, rooms } from './room.ts';
import { attempt, fault, status } from './status.ts';
import { TestsRoom } from './tests/tests-room.tsx';

/** The page: the rooms and the way between them. */

const views: Readonly<Record<RoomName, () => JSX.Element>> = {
  chat: ChatRoom,
  models: ModelsRoom,
  tests: TestsRoom,
  machine: MachineRoom,
};

function Page(): JSX.Element {
  useEffect(() => {
    // Those of this machine first: one of them is chosen where there is any.
    void loadModels().then(loadElsewhere);
    void loadChats();
  }, [needsKey.value]);
  const Room = views[place.value.room];
  return (
    <div class="page">
      {/* biome-ignore lint/a11y/useValidAnchor: the address names rooms, so the link moves the focus itself */}
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <Side />
      <main id="main" tabIndex={-1}>
        <Fault />
        {needsKey.value ? <KeyForm /> : <Room />}
      </main>
      <Status />
    </div>
  );
}

function Status(): JSX.Element {
  return (
    <p role="status" class="hidden">
      {status.value}
    </p>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Side(): JSX.Element {
  const isOpen = useSignal(false);
  const here = place.value;
  return (
    <header class="side">
      <div class="brand">
        <img src="icon.svg" alt="" width={26} height={26} />
        <span>luci</span>
      </div>
      <nav aria-label="Rooms">
        {Object.entries(rooms).map(([name, words]) => (
          <a key={name} href={hrefOf(name)} aria-current={here.room === name ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <button
        type="button"
        class="toggle"
        aria-expanded={isOpen.value}
        aria-controls="chats"
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        Chats
      </button>
      <Chats isOpen={isOpen.value} onChoice={() => (isOpen.value = false)} />
    </header>
  );
}

/** Back to the chat that is open; a new one has a button of its own. */
function hrefOf(room: string): string {
  return room === 'chat' && chatId.value !== undefined ? `#chat/${encodeURIComponent(chatId.value)}` : `#${room}`;
}

function Chats({ isOpen, onChoice }: { readonly isOpen: boolean; readonly onChoice: () => void }): JSX.Element {
  const begin = (): void => {
    onChoice();
    go('chat');
    void openChat(undefined);
  };
  return (
    <section id="chats" class={isOpen ? 'chats open' : 'chats'} aria-label="Chats">
      <button type="button" class="new" onClick={begin}>
        New chat
      </button>
      <input
        type="search"
        aria-label="Search all chats"
        placeholder="Search chats"
        value={searchText.value}
        onInput={({ currentTarget }) => search(currentTarget.value)}
      />
      <ul>
        {chats.value.map(({ id, title }) => (
          <li key={id}>
            <a
              href={`#chat/${encodeURIComponent(id)}`}
              aria-current={place.value.room === 'chat' && place.value.item === id ? 'true' : undefined}
              dir="auto"
              onClick={onChoice}
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
      <ImportButton />
    </section>
  );
}

function ImportButton(): JSX.Element {
  const take = (file: File | undefined): Promise<boolean> =>
    attempt(async () => {
      if (!file) return;
      const { id } = await ask<{ readonly id: string }>('/luci/chats', { method: 'POST', body: readExport(await file.text()) });
      await loadChats();
      go('chat', id);
    });
  return (
    <label class="import">
      Import a chat
      <input
        type="file"
        accept=".jsonl"
        class="hidden"
        onChange={({ currentTarget }) => {
          void take(currentTarget.files?.[0]);
          currentTarget.value = '';
        }}
      />
    </label>
  );
}

function Fault(): JSX.Element | null {
  const now = fault.value;
  if (!now) return null;
  return (
    <div class="fault">
      <p>{now.message}</p>
      {now.hint && <code>{now.hint}</code>}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          fault.value = undefined;
        }}
      >
        Close
      </button>
    </div>
  );
}

function KeyForm(): JSX.Element {
  const text = useSignal('');
  return (
    <form
      class="welcome"
      onSubmit={(event) => {
        event.preventDefault();
        fault.value = undefined;
        takeKey(text.value.trim());
      }}
    >
      <h1>This server asks for its key</h1>
      <p>
        Other machines can reach it, so it answers only who has the key. It is made by <code>luci serve key</code>.
      </p>
      <div class="filters">
        <input
          type="password"
          autocomplete="off"
          aria-label="Key of the server"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <button type="submit" class="main">
          Go on
        </button>
      </div>
    </form>
  );
}

// A model that is gone, or none chosen yet: the default, else the first; one elsewhere only where there is none here.
effect(() => {
  const names = askable.value;
  if (!names.includes(model.peek())) model.value = names[0] ?? '';
});

const root = document.getElementById('page');
if (root) render(<Page />, root);

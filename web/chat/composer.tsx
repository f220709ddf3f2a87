import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { WireTurn } from '../../src/serve/luci/wire.ts';
import { askable, chatModels, elsewhere, hostOf } from '../models/models.ts';
import { attempt, status } from '../status.ts';
import { contextLength, contextTokens, isBusy, messages, model, send, stop } from './chat.ts';
import { Instructions, instructions } from './instructions.tsx';

type Files = NonNullable<WireTurn['files']>;

/** Bytes of a file that a model could take at all. */
const maxFileBytes = 1_000_000;

/** Where a question is written. */
export function Composer(): JSX.Element {
  const text = useSignal('');
  const files = useSignal<Files>([]);
  const area = useRef<HTMLTextAreaElement>(null);
  const submit = (): void => {
    if (isBusy.value || text.value.trim() === '') return;
    const question = text.value;
    const added = files.value;
    text.value = '';
    files.value = [];
    void send(question, added, undefined, instructions.value.trim() || undefined);
    area.current?.focus();
  };
  const attach = (list: FileList | null | undefined): Promise<boolean> =>
    attempt(async () => {
      const added = await Promise.all([...(list ?? [])].map(readText));
      files.value = [...files.value, ...added];
      if (added.length > 0) status.value = `Attached: ${added.map(({ name }) => name).join(', ')}`;
    });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void attach(event.dataTransfer?.files);
      }}
    >
      {messages.value.length === 0 && <Instructions />}
      <AttachedFiles files={files.value} onRemove={(at) => (files.value = files.value.filter((_, index) => index !== at))} />
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        aria-label="Your question"
        placeholder="Ask something"
        value={text.value}
        onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        onKeyDown={onKey}
      />
      <div class="tools">
        <ModelChoice />
        <AttachButton onFiles={attach} />
        <ContextGauge />
        {isBusy.value ? (
          <button type="button" class="main" onClick={stop} title="Esc">
            Stop
          </button>
        ) : (
          <button type="submit" class="main" disabled={text.value.trim() === ''}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}

async function readText(file: File): Promise<Files[number]> {
  if (file.size > maxFileBytes) throw new Error(`${file.name} is larger than 1 MB.`);
  const text = await file.text();
  if (text.includes('\0') || text.includes('\ufffd')) throw new Error(`${file.name} is no text file.`);
  return { name: file.name, text };
}

function AttachedFiles({ files, onRemove }: { readonly files: Files; readonly onRemove: (at: number) => void }): JSX.Element | null {
  if (files.length === 0) return null;
  return (
    <ul class="attached" aria-label="Attached files">
      {files.map(({ name }, index) => (
        <li key={name}>
          <bdi>{name}</bdi>
          <button type="button" class="quiet" aria-label={`Take ${name} away`} onClick={() => onRemove(index)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function ModelChoice(): JSX.Element | null {
  if (askable.value.length === 0) return null;
  const options = (names: readonly { readonly name: string }[]): JSX.Element[] =>
    names.map(({ name }) => (
      <option key={name} value={name}>
        {name}
      </option>
    ));
  const host = hostOf(model.value);
  return (
    <label class="choice">
      <span class="hidden">Model</span>
      <select value={model.value} onChange={({ currentTarget }) => (model.value = currentTarget.value)}>
        {options(chatModels.value)}
        {elsewhere.value.length > 0 && <optgroup label="Elsewhere">{options(elsewhere.value)}</optgroup>}
      </select>
      {host !== undefined && <span class="sent-to">sent to {host}</span>}
    </label>
  );
}

function AttachButton({ onFiles }: { readonly onFiles: (files: FileList | null) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="quiet" onClick={() => input.current?.click()}>
        Attach
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={({ currentTarget }) => {
          onFiles(currentTarget.files);
          currentTarget.value = '';
        }}
      />
    </>
  );
}

function ContextGauge(): JSX.Element | null {
  const used = contextTokens.value;
  const whole = contextLength.value;
  if (used === undefined || whole === null) return null;
  const words = `${used.toLocaleString('en')} of ${whole.toLocaleString('en')} tokens`;
  return (
    <span class="gauge" title={`Context: ${words}`}>
      <meter aria-label="Context in use" min={0} max={whole} high={whole * 0.85} value={used} />
      <span>{words}</span>
    </span>
  );
}

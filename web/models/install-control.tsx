import type { JSX } from 'preact';
import { formatBytes, formatBytesOf } from '../../src/base/units.ts';
import type { InstallUpdate } from '../../src/serve/luci/wire.ts';
import { cancel, giveUp, install, pause, running } from './installs.ts';

type Progress = Extract<InstallUpdate, { readonly type: 'progress' }>;

/** Starts an install, shows how far it is, pauses it or gives it up. */
export function InstallControl({ name, partialBytes }: { readonly name: string; readonly partialBytes: number | null }): JSX.Element {
  if (running.value.has(name)) return <Running name={name} progress={running.value.get(name)} />;
  if (partialBytes === null)
    return (
      <div class="buttons">
        <button type="button" aria-label={`Install ${name}`} onClick={() => install(name)}>
          Install
        </button>
      </div>
    );
  return (
    <div class="buttons">
      <span class="facts">{formatBytes(partialBytes)} are here</span>
      <button type="button" aria-label={`Go on with ${name}`} onClick={() => install(name)}>
        Go on
      </button>
      <button type="button" class="quiet" aria-label={`Delete what was fetched of ${name}`} onClick={() => giveUp(name)}>
        Delete
      </button>
    </div>
  );
}

function Running({ name, progress }: { readonly name: string; readonly progress: Progress | undefined }): JSX.Element {
  const total = progress?.totalBytes ?? undefined;
  return (
    <div class="buttons">
      <div class="progress">
        <progress aria-label={`Download of ${name}`} max={total} value={total === undefined ? undefined : progress?.receivedBytes} />
        <span class="facts">{progress ? wordsOf(progress) : 'Starting'}</span>
      </div>
      <button type="button" aria-label={`Pause ${name}`} onClick={() => pause(name)}>
        Pause
      </button>
      <button type="button" class="quiet" aria-label={`Cancel ${name}`} onClick={() => cancel(name)}>
        Cancel
      </button>
    </div>
  );
}

function wordsOf({ phase, receivedBytes, totalBytes, bytesPerSecond }: Progress): string {
  if (phase === 'verifying') return 'Checking every byte';
  if (phase === 'done') return 'Done';
  const how = totalBytes === null ? formatBytes(receivedBytes) : formatBytesOf(receivedBytes, totalBytes);
  return phase === 'waiting' ? `${how}, waiting` : `${how}, ${formatBytes(bytesPerSecond)}/s`;
}

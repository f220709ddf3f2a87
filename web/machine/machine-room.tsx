import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatBytes, formatDuration } from '../../src/base/units.ts';
import type { DoctorAnswer, MachineAnswer } from '../../src/serve/luci/wire.ts';
import { ask } from '../api.ts';
import { attempt, status } from '../status.ts';

/** The machine: memory, models in it, what luci fetched from where, and the doctor. */

const machine = signal<MachineAnswer | undefined>(undefined);
const findings = signal<DoctorAnswer['findings'] | undefined>(undefined);
const refreshMs = 3000;

export function MachineRoom(): JSX.Element {
  useEffect(() => {
    const load = (): Promise<boolean> =>
      attempt(async () => {
        machine.value = await ask<MachineAnswer>('/luci/machine');
      });
    void load();
    const timer = setInterval(() => document.visibilityState === 'visible' && void load(), refreshMs);
    return () => clearInterval(timer);
  }, []);
  const now = machine.value;
  return (
    <section class="room" aria-label="Machine">
      <div class="column wide">
        <h1>Machine</h1>
        {now && <Figures now={now} />}
        {now && <InMemory now={now} />}
        <Doctor />
        {now && <Connections now={now} />}
      </div>
    </section>
  );
}

function Figures({ now }: { readonly now: MachineAnswer }): JSX.Element {
  const used = now.totalMemoryBytes - now.freeMemoryBytes;
  return (
    <dl class="figures-row">
      <div>
        <dt>Memory in use</dt>
        <dd>
          {formatBytes(used)} of {formatBytes(now.totalMemoryBytes)}
          <meter aria-label="Memory in use" min={0} max={now.totalMemoryBytes} high={now.totalMemoryBytes * 0.9} value={used} />
        </dd>
      </div>
      <div>
        <dt>Free on the disk</dt>
        <dd>{formatBytes(now.freeDiskBytes)}</dd>
      </div>
      <div>
        <dt>Requests</dt>
        <dd>{`${now.queue.running}\u00a0running, ${now.queue.waiting}\u00a0waiting`}</dd>
      </div>
      <div>
        <dt>luci</dt>
        <dd>
          {`${now.version}, ${now.cores}\u00a0cores`}
          {now.offline ? ', offline' : ''}
        </dd>
      </div>
    </dl>
  );
}

function InMemory({ now: { engine } }: { readonly now: MachineAnswer }): JSX.Element {
  return (
    <section aria-labelledby="memory-title">
      <h2 id="memory-title">Models in memory</h2>
      {engine && engine.models.length > 0 ? (
        <ul class="rows">
          {engine.models.map((model) => (
            <li class="row" key={model.name}>
              <div class="what">
                <strong>
                  <bdi>{model.name}</bdi>
                </strong>
                <span class="facts">
                  {[
                    formatBytes(model.memoryBytes),
                    `${model.engine}, ${model.device}`,
                    `${model.contextLength.toLocaleString('en')} tokens of context`,
                    model.requests > 0 ? 'at work' : `idle for ${formatDuration(model.idleSeconds * 1000)}`,
                  ].join(' · ')}
                </span>
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p class="note">None. A model is loaded by the first question to it.</p>
      )}
    </section>
  );
}

const stateWords = { good: 'Good', note: 'Note', wrong: 'Problem' } as const;

function Doctor(): JSX.Element {
  const isAsked = useSignal(false);
  const look = async (): Promise<void> => {
    isAsked.value = true;
    status.value = 'Looking at the machine';
    await attempt(async () => {
      findings.value = (await ask<DoctorAnswer>('/luci/doctor', { method: 'POST' })).findings;
      const problems = findings.value.filter(({ state }) => state === 'wrong').length;
      status.value = problems === 0 ? 'No problem was found' : `Problems found: ${problems}`;
    });
    isAsked.value = false;
  };
  return (
    <section aria-labelledby="doctor-title">
      <h2 id="doctor-title">Doctor</h2>
      <p class="note">
        Looks at the engine, the store, the disk and the network. Unless luci is offline, the model hub is asked for one answer.
      </p>
      <button type="button" disabled={isAsked.value} onClick={look}>
        {isAsked.value ? 'Looking' : 'Look at this machine'}
      </button>
      {findings.value && (
        <ul class="rows">
          {findings.value.map(({ topic, state, text, fix }) => (
            <li class="row finding" key={`${topic} ${text}`}>
              <span class={`tag ${state}`}>{stateWords[state]}</span>
              <div class="what">
                <strong>{topic}</strong>
                <span class="facts">{text}</span>
                {fix !== null && <code class="fix">{fix}</code>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Connections({ now: { connections } }: { readonly now: MachineAnswer }): JSX.Element {
  return (
    <section aria-labelledby="network-title">
      <h2 id="network-title">What luci fetched from where</h2>
      {connections.length === 0 ? (
        <p class="note">luci has made no connection.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section class="scroll" tabIndex={0} aria-label="Connections">
          <table>
            <thead>
              <tr>
                <th>Time (UTC)</th>
                <th>Host</th>
                <th>Purpose</th>
                <th class="number">Bytes</th>
                <th>Outcome</th>
              </tr>
            </thead>
            <tbody>
              {connections.map(({ time, host, purpose, bytesReceived, outcome }) => (
                <tr key={`${time} ${host} ${purpose}`}>
                  <td>{time.slice(0, 19).replace('T', ' ')}</td>
                  <td>{host}</td>
                  <td>{purpose}</td>
                  <td class="number">{formatBytes(bytesReceived)}</td>
                  <td>{outcome}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

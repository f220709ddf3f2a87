import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatBytes, formatParameters } from '../../src/base/units.ts';
import type { CatalogueEntry, InstalledEntry, RecommendedAnswer } from '../../src/serve/luci/wire.ts';
import { model as chosenModel } from '../chat/chat.ts';
import { go } from '../room.ts';
import { InstallControl } from './install-control.tsx';
import { catalogue, change, installed, loadModels, loadRecommended, onlyFitting, query, recommended, remove } from './models.ts';

/** Models: what is here, what suits this machine, what there is. */
export function ModelsRoom(): JSX.Element {
  useEffect(() => {
    void loadModels();
    void loadRecommended();
  }, []);
  return (
    <section class="room" aria-label="Models">
      <div class="column wide">
        <h1>Models</h1>
        <Installed />
        <Recommended />
        <Catalogue />
      </div>
    </section>
  );
}

function Installed(): JSX.Element | null {
  if (installed.value.length === 0) return null;
  return (
    <section aria-labelledby="installed-title">
      <h2 id="installed-title">Installed</h2>
      <ul class="rows">
        {installed.value.map((entry) => (
          <InstalledRow key={entry.name} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function InstalledRow({ entry }: { readonly entry: InstalledEntry }): JSX.Element {
  const { name, enabled, isDefault, problem, sizeBytes, quantization, tier, provenTier } = entry;
  const facts = [formatBytes(sizeBytes), quantization, tier === null ? null : `tier ${tier}`, provenWords(provenTier)];
  return (
    <li class={enabled ? 'row' : 'row off'}>
      <div class="what">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {isDefault && <span class="tag">default</span>}
        {!enabled && <span class="tag">disabled</span>}
        <span class="facts">{facts.filter((fact) => fact !== null).join(' · ')}</span>
        {problem !== null && <span class="problem">{problem}</span>}
      </div>
      <InstalledActions entry={entry} />
    </li>
  );
}

function provenWords(tier: number | null): string | null {
  if (tier === null) return null;
  return tier < 0 ? 'held no tier' : `tier ${tier} proven`;
}

function InstalledActions({ entry: { name, enabled, isDefault, problem } }: { readonly entry: InstalledEntry }): JSX.Element {
  const isAsked = useSignal(false);
  if (isAsked.value)
    return (
      <div class="buttons">
        <button type="button" class="danger" onClick={() => remove(name)}>
          Really remove {name}
        </button>
        <button type="button" onClick={() => (isAsked.value = false)}>
          Keep
        </button>
      </div>
    );
  const chat = (): void => {
    chosenModel.value = name;
    go('chat');
  };
  return (
    <div class="buttons">
      {enabled && problem === null && (
        <button type="button" aria-label={`Chat with ${name}`} onClick={chat}>
          Chat
        </button>
      )}
      {enabled && !isDefault && (
        <button type="button" class="quiet" aria-label={`Make default: ${name}`} onClick={() => change(name, { isDefault: true })}>
          Make default
        </button>
      )}
      <button
        type="button"
        class="quiet"
        aria-label={`${enabled ? 'Disable' : 'Enable'} ${name}`}
        onClick={() => change(name, { enabled: !enabled })}
      >
        {enabled ? 'Disable' : 'Enable'}
      </button>
      <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={() => (isAsked.value = true)}>
        Remove
      </button>
    </div>
  );
}

function Recommended(): JSX.Element | null {
  if (recommended.value.length === 0) return null;
  return (
    <section aria-labelledby="recommended-title">
      <h2 id="recommended-title">Suits this machine</h2>
      <ul class="cards">
        {recommended.value.map((one) => (
          <RecommendedCard key={one.name} one={one} />
        ))}
      </ul>
    </section>
  );
}

function RecommendedCard({ one }: { readonly one: RecommendedAnswer['models'][number] }): JSX.Element {
  const { name, tier, sizeBytes, tokensPerSecond, isMeasured } = one;
  const isInstalled = installed.value.some((model) => model.name === name);
  return (
    <li class="card">
      <strong>
        <bdi>{name}</bdi>
      </strong>
      <span class="facts">
        tier {tier} · {formatBytes(sizeBytes)}
      </span>
      <span class="facts">
        {isMeasured ? '' : 'about '}
        {Math.round(tokensPerSecond)} tokens/s
      </span>
      {isInstalled ? <span class="tag">installed</span> : <InstallControl name={name} partialBytes={null} />}
    </li>
  );
}

function Catalogue(): JSX.Element {
  return (
    <section aria-labelledby="catalogue-title">
      <h2 id="catalogue-title">Catalogue</h2>
      <div class="filters">
        <input
          type="search"
          aria-label="Search the catalogue"
          placeholder="Search, as in: coder"
          value={query.value}
          onInput={({ currentTarget }) => {
            query.value = currentTarget.value;
            void loadModels();
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={onlyFitting.value}
            onChange={({ currentTarget }) => {
              onlyFitting.value = currentTarget.checked;
              void loadModels();
            }}
          />
          Only what fits in memory
        </label>
      </div>
      <p class="note">{catalogue.value.length === 1 ? '1 model' : `${catalogue.value.length} models`}</p>
      <ul class="rows">
        {catalogue.value.map((entry) => (
          <CatalogueRow key={entry.name} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

const fitWords = { yes: 'fits', tight: 'fits tightly', no: 'too large for this machine' } as const;

function CatalogueRow({ entry }: { readonly entry: CatalogueEntry }): JSX.Element {
  const { name, tier, purposes, parametersB, sizeBytes, isSizeKnown, license, fits, isInstalled, partialBytes } = entry;
  const size = `${isSizeKnown ? '' : 'about '}${formatBytes(sizeBytes)}`;
  return (
    <li class="row">
      <div class="what">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span class={`tag fit-${fits}`}>{fitWords[fits]}</span>
        <span class="facts">
          {[`tier ${tier}`, formatParameters(parametersB), size, purposes.slice(0, 3).join(', '), license].join(' · ')}
        </span>
      </div>
      {isInstalled ? <span class="tag">installed</span> : <InstallControl name={name} partialBytes={partialBytes} />}
    </li>
  );
}

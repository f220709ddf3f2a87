import { freeBytesAt } from '../../base/free-space.ts';
import type { LoadEvent } from '../../engine/engine.ts';
import type { ListedModel } from '../../install/choose-installed.ts';
import {
  bytesPerToken,
  type Candidate,
  estimateTokensPerSecond,
  type Purpose,
  rankModels,
  weightBytesPerSecond,
} from '../../install/recommend.ts';
import { readSpeeds, type SpeedRecord, type Speeds, saveMemorySpeed, saveSpeed } from '../../store/speed-records.ts';
import type { EarlyParts } from '../late-parts.ts';
import type { CatalogedModel } from '../models.ts';
import { measureModel } from './measure-model.ts';
import { measureMemory } from './memory-bandwidth.ts';

/** How fast models answer on this machine: measured, and reckoned for those that are not here. */

/** How a model is measured. */
export interface BenchOptions {
  /** Default: the model that `ask` takes. */
  readonly model?: string;
  /** Milliseconds after the load in which all has to be done (default two minutes). */
  readonly maxMs?: number;
  readonly signal?: AbortSignal;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
  /** Before each length of the context. */
  readonly onContext?: (contextTokens: number) => void;
}

/** What was measured. */
export interface BenchResult extends SpeedRecord {
  readonly model: string;
  /** What follows from memory and cores, in tokens a second; undefined for a model that is elsewhere. */
  readonly estimatedTokensPerSecond: number | undefined;
}

/** A model that is recommended. */
export interface Recommended extends Candidate {
  /** Whether the tokens a second were measured with this model. */
  readonly isMeasured: boolean;
}

/** What suits this machine. */
export interface Recommendation {
  readonly purpose: Purpose;
  /** Bytes of weights a second that generation reads here. */
  readonly bytesPerSecond: number;
  /** Whether that was measured with models, or follows from the memory. */
  readonly basis: 'models' | 'memory';
  readonly freeDiskBytes: number;
  /** The best first. */
  readonly models: readonly Recommended[];
}

/** `luci.speed` */
export interface Speed {
  /** Measures how fast a model reads prompts and answers, through the engine as users have it, and keeps it for lists. */
  bench(options?: BenchOptions): Promise<BenchResult>;
  /** Models of the catalogue for a purpose (default chat) that fit here, with the speed to be expected. */
  recommend(purpose?: Purpose): Promise<Recommendation>;
}

const defaultMaxMs = 120_000;
/** The speed of smaller models follows from other things than their weights. */
const minTellingBytes = 5e7;
/** A measurement of the memory is good for as long. */
const memoryDays = 30;

/** What it works with. */
type SpeedParts = Pick<EarlyParts, 'models' | 'open' | 'machine' | 'directories'>;

/** The speed of a home folder's models. */
export function createSpeed({ models, open, machine, directories }: SpeedParts): Speed {
  const { state: stateFolder, home } = directories;

  /** Bytes of weights a second, as far as the machine tells. `isAnew`: measured also where it is known. */
  async function reckonedSpeed({ memory: known }: Speeds, isAnew: boolean): Promise<number> {
    const { physicalCores } = await machine();
    const isGood = known !== undefined && Date.now() - Date.parse(known.at) < memoryDays * 86_400_000;
    if (isGood && !isAnew) return weightBytesPerSecond(known.bytesPerSecond, physicalCores);
    const measured = await measureMemory(physicalCores);
    // Other programs only ever make it slower.
    const best = isGood && known.bytesPerSecond > measured.bytesPerSecond ? known : measured;
    await saveMemorySpeed(stateFolder, best);
    return weightBytesPerSecond(best.bytesPerSecond, physicalCores);
  }

  return {
    async bench({ model: reference, maxMs = defaultMaxMs, signal, onLoad, onContext } = {}) {
      const chosen = await models.choose(reference);
      const bytesPerSecond = await reckonedSpeed(await readSpeeds(stateFolder), true);
      await using session = await open(reference, { signal, onEvent: onLoad });
      const rows = await measureModel(session, { maxMs, signal, onContext });
      const { kind, version, device } = session.facts;
      const installed = chosen.remote ? undefined : (await models.list()).find(({ path }) => path === chosen.path);
      const record: SpeedRecord = {
        sha256: installed?.files[0]?.sha256,
        sizeBytes: installed?.sizeBytes ?? 0,
        engine: `${kind} ${version}, ${device}`,
        at: new Date().toISOString(),
        rows,
      };
      if (installed) await saveSpeed(stateFolder, installed.name, record);
      const estimated = installed && estimateTokensPerSecond(sizedOf(installed), bytesPerSecond);
      return { model: chosen.name, estimatedTokensPerSecond: rounded(estimated), ...record };
    },
    async recommend(purpose = 'chat') {
      const [cataloged, installed] = await Promise.all([models.cataloged(), models.list()]);
      const measured = measuredBytesPerSecond(installed);
      const bytesPerSecond = measured ?? (await reckonedSpeed(await readSpeeds(stateFolder), false));
      const freeDiskBytes = await freeBytesAt(home);
      const candidates = cataloged.map((item) => candidateOf(item, bytesPerSecond));
      return {
        purpose,
        bytesPerSecond: Math.round(bytesPerSecond),
        basis: measured === undefined ? 'memory' : 'models',
        freeDiskBytes,
        models: rankModels(candidates, purpose, freeDiskBytes),
      };
    },
  };
}

function candidateOf({ model, installed, sizeBytes, isSizeKnown, fits }: CatalogedModel, bytesPerSecond: number): Recommended {
  const { name, tier, purposes, parametersB, activeParametersB } = model;
  const measured = installed ? measuredTokensPerSecond(installed) : 0;
  const estimated = estimateTokensPerSecond({ sizeBytes, parametersB, activeParametersB }, bytesPerSecond);
  return {
    name,
    tier,
    purposes,
    parametersB,
    sizeBytes,
    isSizeKnown,
    fits,
    isInstalled: installed !== undefined,
    proven: installed?.proven,
    tokensPerSecond: rounded(measured > 0 ? measured : estimated) ?? 0,
    isMeasured: measured > 0,
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}

/** As `luci bench` measured, or the last test as it began; 0 where nothing has. */
function measuredTokensPerSecond({ speed, proven }: ListedModel): number {
  return speed?.rows[0]?.generatedTokensPerSecond ?? proven?.tokensPerSecond ?? 0;
}

/** Bytes of weights a second of the model that reads most for a token: a small one waits at its layers for longer than it reads. */
function measuredBytesPerSecond(installed: readonly ListedModel[]): number | undefined {
  const measured = installed.flatMap((model) => {
    const tokensPerSecond = measuredTokensPerSecond(model);
    const bytes = bytesPerToken(sizedOf(model));
    // How many of a mixture's experts are at work is known of those in the catalogue.
    const isKnown = model.entry !== undefined || (model.facts?.expertCount ?? 0) <= 1;
    return isKnown && tokensPerSecond > 0 && bytes >= minTellingBytes ? [{ bytes, bytesPerSecond: tokensPerSecond * bytes }] : [];
  });
  return measured.sort((a, b) => b.bytes - a.bytes)[0]?.bytesPerSecond;
}

function sizedOf({ entry, sizeBytes }: ListedModel): Parameters<typeof bytesPerToken>[0] {
  return { parametersB: entry?.parametersB ?? 1, activeParametersB: entry?.activeParametersB, sizeBytes };
}

import { LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { formatBytes } from '../base/units.ts';
import { type Fit, fitOf } from './fit.ts';
import { bytesFromParameters } from './size-estimate.ts';

/** What an install will do, decided before a byte moves. Pure: facts in, plan out. */

/** Memory and disk of the machine. */
export interface MachineRoom {
  readonly totalMemoryBytes: number;
  /** Free at the models' folder. */
  readonly freeDiskBytes: number;
  /** The folder, for messages. */
  readonly folder: string;
}

/** A model asked for, with what is known of it here. */
export interface WantedModel {
  readonly model: Model;
  /** Installed with the wanted digest; or there as far as names and sizes say, its bytes not read yet. */
  readonly state: 'missing' | 'unread' | 'installed';
  /** Bytes already fetched by an earlier run. */
  readonly partialBytes: number;
  /** Memory at the context length luci opens it with. */
  readonly memoryBytes: number;
}

/** One line of the plan. */
export interface PlanItem {
  readonly model: Model;
  /** `verify`: a file of that name and size lies there; its bytes are read, and fetched only if they are others. */
  readonly action: 'fetch' | 'verify' | 'present';
  /** Bytes of all files; an estimate from the parameters when `isSizeKnown` is false. */
  readonly sizeBytes: number;
  readonly isSizeKnown: boolean;
  readonly bytesToFetch: number;
  readonly memoryBytes: number;
  readonly fits: Fit;
}

/** The whole plan. */
export interface InstallPlan {
  readonly items: readonly PlanItem[];
  readonly bytesToFetch: number;
  readonly isSizeKnown: boolean;
  readonly room: MachineRoom;
}

/** Left free on the disk beside the model. */
export const diskReserveBytes = 64 * 1024 ** 2;

const actions = { missing: 'fetch', unread: 'verify', installed: 'present' } as const;

/** The plan for some models. */
export function planInstall(wanted: readonly WantedModel[], room: MachineRoom): InstallPlan {
  const items = wanted.map(({ model, state, partialBytes, memoryBytes }): PlanItem => {
    const sizes = model.files.map((file) => file.sizeBytes);
    const isSizeKnown = sizes.every((size) => size !== undefined);
    const sizeBytes = isSizeKnown
      ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
      : bytesFromParameters(model.parametersB, model.quantization);
    return {
      model,
      action: actions[state],
      sizeBytes,
      isSizeKnown,
      bytesToFetch: state === 'missing' ? Math.max(0, sizeBytes - partialBytes) : 0,
      memoryBytes,
      fits: fitOf(memoryBytes, room.totalMemoryBytes),
    };
  });
  return {
    items,
    bytesToFetch: items.reduce((sum, item) => sum + item.bytesToFetch, 0),
    isSizeKnown: items.every((item) => item.isSizeKnown || item.action !== 'fetch'),
    room,
  };
}

/** Whether anything at all is known of how large a model is: an address that does not answer says nothing, and nothing can be reckoned. */
export function isSizeGuessable({ isSizeKnown, sizeBytes }: Pick<PlanItem, 'isSizeKnown' | 'sizeBytes'>): boolean {
  return isSizeKnown || sizeBytes > 0;
}

/** Throws DISK_FULL when the plan does not fit on the disk. */
export function requireDiskRoom(plan: InstallPlan): void {
  const needed = plan.bytesToFetch + diskReserveBytes;
  const { freeDiskBytes, folder } = plan.room;
  if (plan.bytesToFetch === 0 || needed <= freeDiskBytes) return;
  const short = formatBytes(needed - freeDiskBytes);
  throw new LuciError(
    'DISK_FULL',
    `Needs ${formatBytes(plan.bytesToFetch)} on disk, ${formatBytes(freeDiskBytes)} are free at ${folder} (${short} short). Nothing was fetched.`,
    { hint: 'luci list --partial\nluci --home /bigger/disk …', details: { neededBytes: needed, freeBytes: freeDiskBytes } },
  );
}

import { LuciError } from '../base/errors.ts';
import type { Hubs } from '../sources/kind.ts';
import { kindOf } from '../sources/kinds.ts';
import type { InstallPlan } from './plan.ts';

/** What decides whether a source can be reached: a hub or a mirror on this machine is reached offline too. */
export interface Reach extends Hubs {
  readonly offline: boolean;
}

/** Throws OFFLINE for a plan that cannot be carried out: offline nobody should be asked whether to fetch. Pure. */
export function requireReach(plan: InstallPlan, { offline, ...hubs }: Reach): void {
  if (!offline) return;
  const far = plan.items.filter(
    ({ action, model }) =>
      action === 'fetch' && !model.files.every(({ sources }) => sources.some((source) => kindOf(source).isNear(source, hubs))),
  );
  if (far.length === 0) return;
  throw new LuciError('OFFLINE', `luci is offline, and ${far.map(({ model }) => model.name).join(', ')} would have to be fetched.`, {
    hint: 'Run it without --offline, LUCI_OFFLINE and HF_HUB_OFFLINE.',
  });
}

import { LuciError } from '../base/errors.ts';
import type { Source } from '../base/model.ts';
import { isLoopback } from '../net/addresses.ts';
import type { InstallPlan } from './plan.ts';

/** What decides whether a source can be reached. */
export interface Reach {
  readonly offline: boolean;
  /** Where the hub is, and its mirrors: one on this machine is reached offline too. */
  readonly hubs: readonly string[];
}

/** Throws OFFLINE for a plan that cannot be carried out: offline nobody should be asked whether to fetch. Pure. */
export function requireReach(plan: InstallPlan, { offline, hubs }: Reach): void {
  const isNear = (address: string): boolean => isLoopback(new URL(address).hostname);
  if (!offline || hubs.some(isNear)) return;
  const isNearSource = (source: Source): boolean => source.kind === 'url' && isNear(source.url);
  const far = plan.items.filter(
    ({ action, model }) => action === 'fetch' && !model.files.every(({ sources }) => sources.some(isNearSource)),
  );
  if (far.length === 0) return;
  throw new LuciError('OFFLINE', `luci is offline, and ${far.map(({ model }) => model.name).join(', ')} would have to be fetched.`, {
    hint: 'Run it without --offline, LUCI_OFFLINE and HF_HUB_OFFLINE.',
  });
}

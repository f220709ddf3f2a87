import type { Model } from '../base/model.ts';
import { redactUrl } from '../net/addresses.ts';

/** What to type after `luci install` to have this model again: its name, or the address of one that has no other name. */
export function referenceOf(model: Model): string {
  const [source] = model.files[0]?.sources ?? [];
  return model.confidence === 'first-install' && source?.kind === 'url' ? redactUrl(source.url) : model.name;
}

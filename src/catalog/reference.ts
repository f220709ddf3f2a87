import { LuciError } from '../base/errors.ts';
import type { Tier } from '../base/model.ts';

/** What a user may write where a model is wanted. */

/** A parsed reference. */
export type ModelReference =
  | { readonly kind: 'name'; readonly name: string }
  /** A repository of the hub; the quantization or the file chooses among its files. */
  | { readonly kind: 'hub'; readonly repo: string; readonly revision?: string; readonly quantization?: string; readonly path?: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'tier'; readonly tier: Tier }
  | { readonly kind: 'group'; readonly group: 'core' | 'all' };

/**
 * Parses one reference. In this order: an http address, a path (it begins with `/`, `./`, `../`, `~/` or a drive, or ends in `.gguf` or `.llamafile`
 * and holds no more than a folder), `owner/repo[:quantization]`, else a name. `hf.co/`, `huggingface.co/` and `hf:` before a repository are accepted.
 * @throws USAGE for a tier that is none
 */
export function parseReference(text: string): ModelReference {
  const trimmed = text.trim();
  const tier = /^tier[ :-]?(\d+)$/i.exec(trimmed)?.[1];
  if (tier !== undefined) return { kind: 'tier', tier: tierOf(tier) };
  if (/^(core|all)( models)?$/i.test(trimmed)) return { kind: 'group', group: /^core/i.test(trimmed) ? 'core' : 'all' };
  if (/^(\/|\.{1,2}[\\/]|~[\\/]|[a-z]:[\\/])/i.test(trimmed)) return { kind: 'path', path: trimmed };
  const hubAddress = /^(?:https?:\/\/)?(?:www\.)?(?:hf\.co|huggingface\.co)\/(.+)$/i.exec(trimmed)?.[1];
  if (hubAddress) return hubReference(hubAddress);
  if (/^https?:\/\//i.test(trimmed)) return { kind: 'url', url: trimmed };
  const prefixed = /^hf(?::\/\/|:)(.+)$/i.exec(trimmed)?.[1];
  if (prefixed) return hubReference(prefixed);
  if (/^[\w.-]+\/[\w.-]+(:[\w.-]+)?$/.test(trimmed) && !isFileName(trimmed)) return hubReference(trimmed);
  if (isFileName(trimmed)) return { kind: 'path', path: trimmed };
  return { kind: 'name', name: trimmed };
}

function tierOf(text: string): Tier {
  const tier = Number(text);
  if (tier === 0 || tier === 1 || tier === 2 || tier === 3) return tier;
  throw new LuciError('USAGE', `There is no tier ${text}: tiers are 0 to 3.`, { hint: 'luci llm list all' });
}

function isFileName(text: string): boolean {
  return /\.(gguf|llamafile(\.exe)?)$/i.test(text);
}

function hubReference(text: string): ModelReference {
  const address = text.replace(/[?#].*$/, '');
  const [, repo = '', revision = '', path = ''] = /^([^/]+\/[^/]+)\/(?:resolve|blob)\/([^/]+)\/(.+)$/.exec(address) ?? [];
  if (repo) return { kind: 'hub', repo, revision, path: decodeURIComponent(path) };
  const [, name = address, quantization] = /^([^/]+\/[^/:]+)(?::([\w.-]+))?/.exec(address) ?? [];
  return quantization ? { kind: 'hub', repo: name, quantization } : { kind: 'hub', repo: name };
}

import { fileURLToPath } from 'node:url';
import { LuciError } from '../base/errors.ts';
import type { Tier } from '../base/model.ts';

/** What a user may write where a model is wanted. */

/** A parsed reference. */
export type ModelReference =
  | { readonly kind: 'name'; readonly name: string }
  | HubReference
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'tier'; readonly tier: Tier }
  | { readonly kind: 'group'; readonly group: 'core' | 'all' };

/** A repository of the hub, or of the mirror of it that was named; the quantization, the folder or the file chooses among its files. */
export interface HubReference {
  readonly kind: 'hub';
  readonly repo: string;
  readonly revision?: string;
  /** As it was typed; it may be the name of a file as well. */
  readonly quantization?: string;
  readonly folder?: string;
  readonly path?: string;
  /** Address of the mirror; everything is asked for there, and nowhere else. */
  readonly mirror?: string;
}

/**
 * Parses one reference. In this order: an http address, a path (it begins with `/`, `./`, `../`, `~/` or a drive, or ends in `.gguf` or `.llamafile`
 * and holds no more than a folder), `owner/repo[:quantization]`, else a name. `hf.co/`, `huggingface.co/`, a mirror's host and `hf:` before a repository are accepted, and a file, a revision or a folder of one behind it;
 * `file://` before a path, `ollama://` or the address of that library before a name, `:latest` behind one.
 * @throws USAGE for a tier that is none, and for an address that names nothing luci can fetch
 */
export function parseReference(text: string): ModelReference {
  const trimmed = text.trim();
  const tier = /^tier[ :-]?(\d+)$/i.exec(trimmed)?.[1];
  if (tier !== undefined) return { kind: 'tier', tier: tierOf(tier) };
  if (/^(core|all)( models)?$/i.test(trimmed)) return { kind: 'group', group: /^core/i.test(trimmed) ? 'core' : 'all' };
  if (/^file:/i.test(trimmed)) return { kind: 'path', path: pathOfAddress(trimmed) };
  if (/^(\/|\.{1,2}[\\/]|~[\\/]|[a-z]:[\\/])/i.test(trimmed)) return { kind: 'path', path: trimmed };
  const hubAddress = /^(?:https?:\/\/)?(?:www\.)?(?:hf\.co|huggingface\.co)\/(.*)$/i.exec(trimmed)?.[1];
  if (hubAddress !== undefined) return hubReference(hubAddress, trimmed);
  const mirrored = /^(?:https?:\/\/)?(?:www\.)?hf-mirror\.com\/(.*)$/i.exec(trimmed)?.[1];
  if (mirrored !== undefined) return { ...hubReference(mirrored, trimmed), mirror: 'https://hf-mirror.com' };
  const ofOthers = nameOfOthers(trimmed);
  if (ofOthers !== undefined) return { kind: 'name', name: ofOthers };
  if (/^https?:\/\//i.test(trimmed)) return { kind: 'url', url: checkedUrl(trimmed) };
  requireKnownScheme(trimmed);
  const prefixed = /^hf(?::\/\/|:)(.*)$/i.exec(trimmed)?.[1];
  if (prefixed !== undefined) return hubReference(prefixed, trimmed);
  if (/^[\w.-]+\/[\w.-]+:[\w.-]+$/.test(trimmed) || (/^[\w.-]+\/[\w.-]+$/.test(trimmed) && !isFileName(trimmed)))
    return hubReference(trimmed, trimmed);
  if (isFileName(trimmed)) return { kind: 'path', path: trimmed };
  return { kind: 'name', name: plainName(trimmed) };
}

/** The name in what other programs write around one: a scheme, the address of their library, the tag `:latest`. Undefined where nothing of it is there. */
export function nameOfOthers(text: string): string | undefined {
  const inLibrary = /^(?:https?:\/\/)?(?:www\.)?(?:registry\.ollama\.ai|ollama\.com)\/library\/([^/]+)\/?$/i.exec(text)?.[1];
  const name = plainName(inLibrary ?? text);
  return name === text || !/^[\w.:-]+$/.test(name) ? undefined : name;
}

function plainName(name: string): string {
  return name.replace(/^ollama:\/\/(?:library\/)?/i, '').replace(/:latest$/i, '');
}

function requireKnownScheme(text: string): void {
  const scheme = /^([a-z][\w+-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'hf' && scheme !== 'ollama')
    throw noReference(text, `begins with ${scheme}://, and luci fetches from http and https addresses only.`);
}

function pathOfAddress(address: string): string {
  try {
    return fileURLToPath(address);
  } catch {
    throw noReference(address, 'is no address of a file of this machine.');
  }
}

/** An address with a host, whose last part can be read. */
function checkedUrl(address: string): string {
  if (!URL.canParse(address) || decoded(address) === undefined) throw noReference(address, 'is no address.');
  return address;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // A % that begins no code.
  }
}

function noReference(text: string, why: string): LuciError {
  return new LuciError('USAGE', `"${text}" ${why}`, {
    hint: 'luci install llama3.2\nluci install owner/repo:Q4_K_M\nluci install hf:owner/repo/file.gguf',
  });
}

function tierOf(text: string): Tier {
  const tier = Number(text);
  if (tier === 0 || tier === 1 || tier === 2 || tier === 3) return tier;
  throw new LuciError('USAGE', `There is no tier ${text}: tiers are 0 to 3.`, { hint: 'luci llm list all' });
}

function isFileName(text: string): boolean {
  return /\.(gguf|llamafile(\.exe)?)$/i.test(text);
}

/** `owner/repo`, with a quantization, a file, or a revision and a file behind it; nothing of an address is passed over. */
function hubReference(tail: string, typed: string): HubReference {
  const address = decoded(tail.replace(/[?#].*$/, '').replace(/\/+$/, ''));
  const [, repo = '', quantization, rest] = /^([\w.-]+\/[\w.-]+)(?::([\w.-]+)|\/(.+))?$/s.exec(address ?? '') ?? [];
  if (!repo) throw noReference(typed, 'names no repository.');
  if (rest === undefined)
    return quantization === undefined || /^latest$/i.test(quantization) ? { kind: 'hub', repo } : { kind: 'hub', repo, quantization };
  const place = placeIn(rest);
  if (place) return { kind: 'hub', repo, ...place };
  throw noReference(typed, `names neither a repository nor a .gguf file of ${repo}.`);
}

/** What stands behind a repository in an address: a file, perhaps at a revision, or a revision, perhaps with a folder. */
function placeIn(rest: string): Pick<HubReference, 'revision' | 'folder' | 'path'> | undefined {
  const [, revision, path] = /^(?:resolve|blob|raw)\/(refs\/[^/]+\/[^/]+|[^/]+)\/(.+)$/.exec(rest) ?? [];
  if (revision !== undefined && path !== undefined && isFileName(path)) return { revision, path };
  const [, tree, folder] = /^tree\/(refs\/[^/]+\/[^/]+|[^/]+)(?:\/(.+))?$/.exec(rest) ?? [];
  if (tree !== undefined) return folder === undefined ? { revision: tree } : { revision: tree, folder };
  return !/^(resolve|blob|raw|tree)\//.test(rest) && isFileName(rest) ? { path: rest } : undefined;
}

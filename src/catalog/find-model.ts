import { editDistance } from '../base/edit-distance.ts';
import { LuciError } from '../base/errors.ts';
import type { Model, Tier } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { type Catalog, normalName } from './load-catalog.ts';

/** Questions to the catalogue. All pure. */

/** The model of a name or alias in any case and with `:` or `-`; undefined when there is none. */
export function findModel(catalog: Catalog, name: string): Model | undefined {
  return catalog.byNormalName(normalName(name)) ?? ofHubName(catalog, name);
}

/** `Llama-3.2-3B-Instruct`: a model by what its repository or its file is called, without the quantization. */
function ofHubName(catalog: Catalog, name: string): Model | undefined {
  const plain = (text: string): string => normalName(text.replace(/\.gguf$/i, '').replace(/[._-]gguf$/i, ''));
  const wanted = plain(name);
  if (wanted === '') return undefined;
  const found = catalog.models.filter(({ files: [file], quantization }) => {
    const stem = (file?.name ?? '').replace(/\.gguf$/i, '');
    const bare = stem.toLowerCase().endsWith(quantization.toLowerCase()) ? stem.slice(0, -quantization.length - 1) : stem;
    const repos = (file?.sources ?? []).flatMap((source) => (source.kind === 'hub' ? [source.repo.split('/')[1] ?? ''] : []));
    return [stem, bare, ...repos].some((called) => plain(called) === wanted);
  });
  return found.length === 1 ? found[0] : undefined;
}

/** {@link findModel}, or MODEL_UNKNOWN with the nearest three. */
export function requireModel(catalog: Catalog, name: string): Model {
  const model = findModel(catalog, name);
  if (model) return model;
  if (name.trim() === '') throw new LuciError('USAGE', 'The name of a model is empty.', { hint: 'luci llm list all' });
  const near = nearestNames(catalog, name);
  const question = near.length > 0 ? ` Did you mean ${orList(near)}?` : '';
  throw new LuciError('MODEL_UNKNOWN', `No model is called ${name}.${question}`, {
    hint: `luci search ${shellWord(name.replace(/[\d.:_-].*$/, '') || name.replace(/^-+/, ''))}\nluci install owner/repo:Q4_K_M`,
    details: { name, nearest: near },
  });
}

/** `llama3.2`, `llama3.2:3b` and `LLAMA3.2` -> `llama3.2`; undefined for a name nobody knows. */
export function canonicalName(catalog: Catalog, name: string): string | undefined {
  return findModel(catalog, name)?.name;
}

/** Whether the catalogue knows the name. */
export function isSupported(catalog: Catalog, name: string): boolean {
  return findModel(catalog, name) !== undefined;
}

/** File names of a model, one or the parts in order. */
export function fileNamesOf(model: Model): string[] {
  return model.files.map((file) => file.name);
}

/** Addresses at which a hub serves the files of a model. */
export function downloadUrlsOf(model: Model, endpoint = 'https://huggingface.co'): string[] {
  return model.files.flatMap(({ sources }) =>
    sources
      .filter((source) => source.kind === 'hub')
      .map(
        ({ repo, revision = 'main', path }) =>
          `${endpoint}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`,
      ),
  );
}

/** Models of a tier. */
export function listByTier(catalog: Catalog, tier: Tier): Model[] {
  return catalog.models.filter((model) => model.tier === tier);
}

/** Models with a purpose, as in `code`. */
export function listByPurpose(catalog: Catalog, purpose: string): Model[] {
  return catalog.models.filter((model) => model.purposes.includes(purpose.toLowerCase()));
}

/** Models of a family, as in `qwen`. */
export function listByFamily(catalog: Catalog, family: string): Model[] {
  return catalog.models.filter((model) => model.family.toLowerCase() === family.toLowerCase());
}

/** What to search for; every condition given must hold. */
export interface CatalogQuery {
  /** Words that must all occur in name, aliases, family or purposes. */
  readonly text?: string;
  readonly tier?: Tier;
  readonly purpose?: string;
  readonly license?: string;
}

/** Models that match. */
export function searchCatalog(catalog: Catalog, { text = '', tier, purpose, license }: CatalogQuery): Model[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return catalog.models.filter((model) => {
    const hay = [model.name, ...model.aliases, model.family, ...model.purposes].join(' ').toLowerCase();
    return (
      words.every((word) => hay.includes(word)) &&
      (tier === undefined || model.tier === tier) &&
      (purpose === undefined || model.purposes.includes(purpose.toLowerCase())) &&
      (license === undefined || model.license.toLowerCase().includes(license.toLowerCase()))
    );
  });
}

/** The nearest three names to a mistyped one: few edits, counted without separators; among equals those that share most pairs of letters. */
function nearestNames(catalog: Catalog, name: string): string[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const wanted = plain(name);
  const best = new Map<string, number>();
  const wantedPairs = pairsOf(name.toLowerCase());
  for (const model of catalog.models) {
    for (const candidate of [model.name, ...model.aliases]) {
      const spelling = plain(candidate);
      const edits = editDistance(wanted, spelling) - (spelling.startsWith(wanted) && wanted.length > 2 ? 3 : 0);
      // A whole edit always counts more than any likeness.
      const shared = pairsOf(candidate.toLowerCase()).filter((pair) => wantedPairs.includes(pair)).length;
      // What a model is listed under before its other names.
      const likeness = Math.min(990, shared) + (candidate === model.name ? 2 : 0);
      const distance = edits - likeness / 1000;
      best.set(model.name, Math.min(distance, best.get(model.name) ?? Number.POSITIVE_INFINITY));
    }
  }
  const limit = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 2.5));
  return [...best]
    .filter(([, distance]) => distance <= limit)
    .sort((a, b) => a[1] - b[1])
    .slice(0, 3)
    .map(([found]) => found);
}

/** `abc` -> `ab`, `bc`. */
function pairsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2));
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

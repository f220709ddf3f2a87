import { createLuci } from '../app/create-luci.ts';
import type { Luci } from '../app/luci.ts';
import { LuciError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import { createEmbeddingModel } from './embedding-model.ts';
import { createLanguageModel } from './language-model.ts';
import type { LuciEmbeddingModel, LuciLanguageModel } from './specification.ts';

/** What a provider is made with. */
export interface LuciProviderOptions {
  /** Default: `defaultSettings()`, the only place that reads the environment. */
  readonly settings?: Settings;
  /** A luci that the program has already; closing the provider leaves it open. Not together with `settings`. */
  readonly luci?: Pick<Luci, 'open' | 'models'>;
}

/**
 * Models on this machine for the AI SDK: `generateText({ model: luci('smollm2-135m'), … })`. A name is what `luci ask -m` takes: a name,
 * an alias, a path or `REMOTE/model`; without one it is the default model.
 */
export interface LuciProvider extends AsyncDisposable {
  (model?: string): LuciLanguageModel;
  readonly specificationVersion: 'v3';
  languageModel(model?: string): LuciLanguageModel;
  /** Without a name: the smallest embedding model that is installed, else the default model. */
  embeddingModel(model?: string): LuciEmbeddingModel;
  /** What {@link embeddingModel} was called before. */
  textEmbeddingModel(model?: string): LuciEmbeddingModel;
  /** @throws ENGINE_UNSUPPORTED: no model of luci makes pictures */
  imageModel(model: string): never;
  /** Lets go of the models; the engine process leaves after its idle time. A program ends by itself without it. */
  close(): Promise<void>;
}

/** A provider of the AI SDK that runs in this process, without a server. Nothing is made before the first call of a model. */
export function createLuciProvider({ settings, luci: given }: LuciProviderOptions = {}): LuciProvider {
  if (settings && given) throw new LuciError('USAGE', 'Give settings or luci, not both.');
  let own: Luci | undefined;
  function luci(): Pick<Luci, 'open' | 'models'> {
    if (given) return given;
    own ??= createLuci(settings);
    return own;
  }
  const languageModel = (model?: string): LuciLanguageModel => createLanguageModel(luci, model ?? 'default', model);
  const embeddingModel = (model?: string): LuciEmbeddingModel => createEmbeddingModel(luci, model ?? 'default', model);
  const close = async (): Promise<void> => {
    const made = own;
    own = undefined;
    await made?.[Symbol.asyncDispose]();
  };
  return Object.assign((model?: string) => languageModel(model), {
    specificationVersion: 'v3' as const,
    languageModel,
    embeddingModel,
    textEmbeddingModel: embeddingModel,
    imageModel(model: string): never {
      throw new LuciError('ENGINE_UNSUPPORTED', `${model} cannot make pictures: luci runs models of text only.`);
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}

/** A provider with the settings of this machine's user. */
export const luci: LuciProvider = createLuciProvider();

/** `luci/ai`: models of luci for the AI SDK. Re-exports only. */

export type { LuciCallOptions } from './call-request.ts';
export { createLuciProvider, type LuciProvider, type LuciProviderOptions, luci } from './provider.ts';
export type { LuciEmbeddingModel, LuciLanguageModel } from './specification.ts';

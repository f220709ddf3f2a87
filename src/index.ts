/** The public API: re-exports only. */

export type { Agent, AgentOptions, Answer, QueryOptions } from './agent/agent.ts';
export type { Conversation, MixedPrompt } from './agent/conversation.ts';
export type { FileChange } from './agent/journal/file-change.ts';
export type { CallOrigin, OutsideSource } from './agent/outside-text/call-origin.ts';
export type { RequestDefaults } from './agent/request.ts';
export { type CallConcern, type ConfirmCall, type Tool, ToolError, type ToolFacts, type ToolKind, type ToolResult } from './agent/tool.ts';
export type { AgentEvent } from './agent/tool-loop.ts';
export { builtInTools } from './agent/tools/built-in-tools.ts';
export type { SystemProbe } from './agent/tools/tool-context.ts';
export { openWorkspace, type Workspace, type WorkspaceOptions } from './agent/workspace/workspace.ts';
export { createLuci } from './app/create-luci.ts';
export { LlamafileAgent, type LlamafileAgentOptions } from './app/llamafile-agent.ts';
export type { Luci, LuciAgentOptions } from './app/luci.ts';
export type { CatalogedModel, DescribedModel, ListedModel } from './app/models.ts';
export { type ErrorCode, errorKinds, isLuciError, LuciError } from './base/errors.ts';
export type { HubSource, Model, ModelFile, Source, Tier } from './base/model.ts';
export {
  type CatalogQuery,
  canonicalName,
  downloadUrlsOf,
  fileNamesOf,
  findModel,
  isSupported,
  listByFamily,
  listByPurpose,
  listByTier,
  requireModel,
  searchCatalog,
} from './catalog/find-model.ts';
export { type Catalog, type CatalogFiles, type CatalogProblem, loadCatalog } from './catalog/load-catalog.ts';
export { defaultSettings, type SettingsOverrides } from './config/resolve-settings.ts';
export type { Settings } from './config/settings.ts';
export type { DownloadEvent } from './download/download-event.ts';
export { type DownloadedFile, type DownloadOptions, downloadFile } from './download/download-file.ts';
export type {
  ChatMessage,
  ChatRequest,
  EngineFacts,
  GenerationEvent,
  JsonSchema,
  Sampling,
  ScoreRequest,
  Session,
  TextOrTokens,
  Tokenized,
  TokenizeRequest,
  TokenScore,
  ToolCall,
  ToolDefinition,
  Usage,
} from './engine/engine.ts';
export { checkGgufFile, type GgufFacts } from './gguf/facts.ts';
export { estimateMemory, type MemoryEstimate } from './gguf/memory-estimate.ts';
export type { Net } from './net/net.ts';
export type { PipSource } from './sources/pip/kind.ts';
export type { UrlSource } from './sources/url/kind.ts';
export type { WheelsSource } from './sources/wheels/kind.ts';
export type { InstalledModel } from './store/installed-model.ts';

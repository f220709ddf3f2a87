import type { JsonSchema, ToolDefinition } from '../../engine/engine.ts';
import type { Tool, ToolKind } from '../tool.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a built-in tool is, and what it works with. */

/** Facts of a machine for the tool `system_info`; in tests those of a made-up one. */
export type SystemProbe = () => Promise<Readonly<Record<string, string | number>>>;

export interface ToolContext {
  readonly workspace: Workspace;
  readonly probe: SystemProbe;
}

type Arguments = Readonly<Record<string, unknown>>;

/** A built-in tool, a file of this folder; see {@link Tool}. */
export interface BuiltInTool extends ToolDefinition, Pick<Tool, 'wantedBy' | 'unwantedBy'> {
  /** Where it stands among those a model is told of; a new tool comes last. */
  readonly order: number;
  readonly kind: ToolKind;
  readonly isDestructive?: (args: Arguments, context: ToolContext) => Promise<boolean>;
  readonly isLoss?: (args: Arguments, context: ToolContext) => Promise<boolean>;
  readonly warning?: (args: Arguments, context: ToolContext) => Promise<string | undefined>;
  readonly wantedCalls?: (words: string, context: ToolContext, recent: readonly string[]) => Promise<readonly Arguments[]>;
  readonly notice?: (args: Arguments, context: ToolContext) => Promise<string | undefined>;
  run(args: Arguments, context: ToolContext): Promise<string>;
}

/** The schema of arguments that are texts and all needed, and of `others`, which may be left out. */
export function textArguments(properties: Readonly<Record<string, string>>, others: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  const texts = Object.entries(properties).map(([name, description]) => [name, { type: 'string', description }]);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(texts), ...others },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** An argument of such a schema. */
export function textOf(args: Arguments, name: string): string {
  return String(args[name] ?? '');
}

import type { JsonSchema, ToolCall, ToolDefinition } from '../engine/engine.ts';

/** Tools a model may call. */

/** A tool: what the model sees of it, and what it does. */
export interface Tool extends ToolDefinition {
  /** Whether something that is there is changed or lost; the user is asked first. */
  readonly isDestructive?: (args: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Runs the call; the text goes back to the model. What is thrown goes back too, as a failure, and ends nothing. */
  run(args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<string>;
}

/** Asks whether a destructive call may run. */
export type ConfirmCall = (call: ToolCall, tool: Tool) => Promise<boolean>;

/** A call that was carried out, or refused. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly content: string;
  readonly isError: boolean;
}

/** Carries out a call. Unknown tools, wrong arguments and failures become results the model can read. */
export async function runTool(
  tools: readonly Tool[],
  call: ToolCall,
  { confirm, signal }: { confirm?: ConfirmCall; signal?: AbortSignal } = {},
): Promise<ToolResult> {
  const failed = (why: string): ToolResult => ({ call, content: `error: ${why}`, isError: true });
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) return failed(`there is no tool ${call.name}`);
  const wrong = wrongArguments(call.arguments, tool.parameters);
  if (wrong) return failed(wrong);
  try {
    const needsYes = (await tool.isDestructive?.(call.arguments)) === true;
    if (needsYes && !(await confirm?.(call, tool))) return failed('the user did not allow this');
    return { call, content: await tool.run(call.arguments, signal), isError: false };
  } catch (error) {
    if (signal?.aborted) throw error;
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with the arguments, by the schema's properties and types. */
function wrongArguments(args: Readonly<Record<string, unknown>>, schema: JsonSchema): string | undefined {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, { readonly type?: string }>>;
  const required = (schema['required'] ?? []) as readonly string[];
  for (const name of required) if (args[name] === undefined) return `the argument "${name}" is missing`;
  for (const [name, value] of Object.entries(args)) {
    const property = properties[name];
    if (!property) return `there is no argument "${name}"`;
    const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    if (property.type !== undefined && type !== property.type && !(property.type === 'integer' && Number.isInteger(value)))
      return `the argument "${name}" must be of the type ${property.type}`;
  }
  return undefined;
}

import * as v from 'valibot';
import { describeIssue } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError } from '../base/system-error.ts';

/** `mcp.json`: programs whose tools a chat may use, in the form that other clients have. */

/** A server as it is configured. */
export interface McpServerConfig {
  readonly name: string;
  /** What the names of its tools begin with: no other server's do, whichever of them answer. */
  readonly prefix: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables it gets beside those every program gets; these may be secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** Only these of its tools (default: all). */
  readonly tools: readonly string[] | undefined;
  readonly isDisabled: boolean;
  /** Why it cannot be started, as it stands in the file. */
  readonly problem?: string;
}

const maxPrefix = 24;

/** Fields of other clients are left alone. */
const entrySchema = v.object({
  command: v.pipe(v.string(), v.minLength(1)),
  args: v.optional(v.array(v.string()), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
  cwd: v.optional(v.string()),
  tools: v.optional(v.array(v.string())),
  disabled: v.optional(v.boolean(), false),
});

const fileSchema = v.object({ mcpServers: v.record(v.string(), v.unknown()) });

const example = '{ "mcpServers": { "files": { "command": "npx", "args": ["some-mcp-server"] } } }';

/**
 * The servers of the file; none where there is no file. `variable` gives what `${NAME}` in a value of `env` stands for.
 * @throws CONFIG_INVALID for a file that is none; one wrong entry is a `problem` of its own
 */
export function readMcpConfig(path: string, variable: (name: string) => string | undefined): readonly McpServerConfig[] {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read the configuration');
  }
  if (text === undefined) return [];
  const parsed = v.safeParse(fileSchema, parsedJson(path, text));
  if (!parsed.success) throw new LuciError('CONFIG_INVALID', `${path}: ${describeIssue(parsed.issues[0])}.`, { hint: `As in ${example}` });
  const prefixes = new Set<string>();
  return Object.entries(parsed.output.mcpServers).map(([name, entry]) => {
    const prefix = freePrefix(name, prefixes);
    prefixes.add(prefix);
    return { name, prefix, ...configOf(entry, variable) };
  });
}

/** Letters, digits, `-` and single `_` within, so that what stands before the first `__` of a tool's name is the server. */
function freePrefix(name: string, taken: ReadonlySet<string>): string {
  const wanted =
    name
      .replace(/[^A-Za-z0-9-]+/g, '_')
      .slice(0, maxPrefix)
      .replace(/^_|_$/g, '') || 'server';
  for (let number = 1; ; number += 1) {
    const prefix = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(prefix)) return prefix;
  }
}

function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new LuciError('CONFIG_INVALID', `${path}: it is not JSON.`, { hint: `As in ${example}` });
  }
}

function configOf(entry: unknown, variable: (name: string) => string | undefined): Omit<McpServerConfig, 'name' | 'prefix'> {
  const none = { command: '', args: [], env: {}, cwd: undefined, tools: undefined, isDisabled: false };
  if (typeof entry === 'object' && entry !== null && 'url' in entry && !('command' in entry))
    return { ...none, problem: 'it has an address, and luci uses servers that are started by a command' };
  const parsed = v.safeParse(entrySchema, entry);
  if (!parsed.success) return { ...none, problem: describeIssue(parsed.issues[0]) };
  const { command, args, env: given, cwd, tools, disabled } = parsed.output;
  const missing: string[] = [];
  const filled = (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (_, key: string) => {
      const value = variable(key);
      if (value === undefined) missing.push(key);
      return value ?? '';
    });
  const env = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, filled(text)]));
  const config = { command, args, env, cwd, tools, isDisabled: disabled };
  return missing.length === 0 ? config : { ...config, problem: `the environment has no ${missing.join(' and no ')}` };
}

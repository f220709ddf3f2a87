import * as v from 'valibot';
import { describeIssue } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError } from '../base/system-error.ts';

/** `mcp.json`: servers whose tools a chat may use, in the form that other clients have. */

/** A server as it is configured. */
export interface McpServerConfig {
  readonly name: string;
  /** What the names of its tools begin with: no other server's do, whichever of them answer. */
  readonly prefix: string;
  readonly place: ProgramConfig | AddressConfig;
  /** Only these of its tools (default: all). */
  readonly tools: readonly string[] | undefined;
  readonly isDisabled: boolean;
  /** Why it cannot be used, as it stands in the file. */
  readonly problem?: string;
}

/** A server that is a program. */
export interface ProgramConfig {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables it gets beside those every program gets; these may be secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

/** A server that is reached over HTTP. */
export interface AddressConfig {
  readonly url: string;
  /** Sent with each request; these may be secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

const maxPrefix = 24;

const shared = { tools: v.optional(v.array(v.string())), disabled: v.optional(v.boolean(), false) };
/** Fields of other clients are left alone. */
const programSchema = v.object({
  command: v.pipe(v.string(), v.minLength(1)),
  args: v.optional(v.array(v.string()), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
  cwd: v.optional(v.string()),
  ...shared,
});
const addressSchema = v.object({
  url: v.string(),
  type: v.optional(v.string()),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  ...shared,
});

const fileSchema = v.object({ mcpServers: v.record(v.string(), v.unknown()) });

const example = '{ "mcpServers": { "files": { "command": "npx", "args": ["some-mcp-server"] } } }';

/**
 * The servers of the file; none where there is no file. `variable` gives what `${NAME}` in a value of `env` or `headers` stands for.
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

type Entry = Omit<McpServerConfig, 'name' | 'prefix'>;

function configOf(entry: unknown, variable: (name: string) => string | undefined): Entry {
  const hasAddress = typeof entry === 'object' && entry !== null && 'url' in entry && !('command' in entry);
  return hasAddress ? addressOf(entry, variable) : programOf(entry, variable);
}

const nowhere = { place: { command: '', args: [], env: {}, cwd: undefined }, tools: undefined, isDisabled: false } as const;

function programOf(entry: unknown, variable: (name: string) => string | undefined): Entry {
  const parsed = v.safeParse(programSchema, entry);
  if (!parsed.success) return { ...nowhere, problem: describeIssue(parsed.issues[0]) };
  const { command, args, env: given, cwd, tools, disabled } = parsed.output;
  const { values: env, problem } = filled(given, variable);
  return { place: { command, args, env, cwd }, tools, isDisabled: disabled, problem };
}

function addressOf(entry: object, variable: (name: string) => string | undefined): Entry {
  const parsed = v.safeParse(addressSchema, entry);
  if (!parsed.success) return { ...nowhere, problem: describeIssue(parsed.issues[0]) };
  const { url, type, headers: given, tools, disabled } = parsed.output;
  const { values: headers, problem } = filled(given, variable);
  const wrong = addressProblem(url, type) ?? problem ?? headerProblem(headers);
  return wrong === undefined
    ? { place: { url, headers }, tools, isDisabled: disabled }
    : { ...nowhere, isDisabled: disabled, problem: wrong };
}

function addressProblem(url: string, type: string | undefined): string | undefined {
  if (type === 'sse') return 'it is of the type "sse", which the protocol has given up; luci speaks its streamable HTTP';
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return '"url" is no http address';
  // It would stand in messages and in the configuration of proxies.
  return parsed.username + parsed.password === '' ? undefined : '"url" holds a name or a password: they belong into "headers"';
}

/** A value is not told: it may be a secret. */
function headerProblem(headers: Readonly<Record<string, string>>): string | undefined {
  const wrong = Object.entries(headers).find(
    ([name, value]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  );
  return wrong && `its header ${JSON.stringify(wrong[0])} cannot be sent`;
}

/** Values with variables of the environment in the place of their names. */
function filled(
  given: Readonly<Record<string, string>>,
  variable: (name: string) => string | undefined,
): { readonly values: Readonly<Record<string, string>>; readonly problem: string | undefined } {
  const missing: string[] = [];
  const filledText = (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (_, key: string) => {
      const value = variable(key);
      if (value === undefined) missing.push(key);
      return value ?? '';
    });
  const values = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, filledText(text)]));
  return { values, problem: missing.length === 0 ? undefined : `the environment has no ${missing.join(' and no ')}` };
}

import type { Tool } from '../agent/tool.ts';
import type { Luci } from '../app/luci.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { McpServers, McpServersOptions } from '../mcp/mcp-servers.ts';
import type { Show } from './show/show.ts';
import { printable } from './show/text.ts';

/** The servers of `mcp.json` for a chat or a question, and whether they are used. */
export interface OutsideTools extends AsyncDisposable {
  /** Whether the servers are used. */
  readonly isOn: boolean;
  /** What the servers offer by now; they are started by the first call. */
  tools(): Promise<readonly Tool[]>;
  /** Whether a tool is one of theirs. */
  has(toolName: string): boolean;
  /** `/mcp`: `on`, `off`, or nothing. Returns what to say. */
  command(word: string): Promise<string>;
}

/** What it works with. */
interface OutsideParts {
  readonly show: Show;
  readonly isOn: boolean;
  /** See {@link McpServersOptions.waitMs}. */
  readonly waitMs?: McpServersOptions['waitMs'];
}

/** The servers of this home. Nothing is read before it is needed; a file that is wrong is told, and the chat goes on. */
export function openOutsideTools({ directories, settings, net }: Luci, { show, isOn, waitMs }: OutsideParts): OutsideTools {
  let names: ReadonlySet<string> = new Set();
  let wanted = isOn;
  let servers: McpServers | undefined;
  const tell = (news: string): void => show.note(show.terminal.style('care', printable(news)));

  async function opened(): Promise<McpServers> {
    const [{ readMcpConfig }, { createMcpServers }] = await Promise.all([
      import('../mcp/server-config.ts'),
      import('../mcp/mcp-servers.ts'),
    ]);
    let configs: ReturnType<typeof readMcpConfig> = [];
    try {
      configs = readMcpConfig(directories.mcpFile, settings.system.variable);
    } catch (error) {
      if (!isLuciError(error)) throw error;
      tell(error.message);
    }
    return createMcpServers(configs, { environment: settings.system.childEnvironment, net, tell, waitMs });
  }

  async function close(): Promise<void> {
    const open = servers;
    servers = undefined;
    await open?.[Symbol.asyncDispose]();
  }

  return {
    get isOn() {
      return wanted;
    },
    async tools() {
      if (!wanted) return [];
      servers ??= await opened();
      const tools = await servers.tools();
      names = new Set(tools.map(({ name }) => name));
      return tools;
    },
    has: (toolName) => names.has(toolName),
    async command(word) {
      if (word !== '' && word !== 'on' && word !== 'off')
        throw new LuciError('USAGE', '/mcp takes on, off, or nothing.', { hint: '/help' });
      if (word !== '') {
        wanted = word === 'on';
        await close(); // On again starts anew what has ended.
      }
      const states = servers?.states ?? [];
      const lines = states.map(
        ({ name, state, toolCount }) => `  ${name}: ${state}${toolCount === undefined ? '' : `, ${toolCount} tools`}`,
      );
      return [`mcp: ${wanted ? 'on' : 'off'}`, ...lines].map(printable).join('\n');
    },
    [Symbol.asyncDispose]: close,
  };
}

import type { ConfirmCall, Tool } from '../agent/tool.ts';
import type { Luci } from '../app/luci.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { McpServers } from '../mcp/mcp-servers.ts';
import type { Show } from './show/show.ts';
import { printable } from './show/text.ts';

/** The servers of `mcp.json` for a chat or a question: whether they are used, and which of their tools were allowed for all of it. */
export interface OutsideTools extends AsyncDisposable {
  /** What the servers offer by now; they are started by the first call. */
  tools(): Promise<readonly Tool[]>;
  /** Asks before a call of one of their tools, by a line that `readLine` gives; any other call is for `ask`. */
  confirm(ask: ConfirmCall, readLine: (question: string) => Promise<string | undefined>): ConfirmCall;
  /** `/mcp`: `on`, `off`, or nothing. Returns what to say. */
  command(word: string): Promise<string>;
}

/** What it works with. */
interface OutsideParts {
  readonly show: Show;
  readonly isOn: boolean;
}

/** The servers of this home. Nothing is read before it is needed; a file that is wrong is told, and the chat goes on. */
export function openOutsideTools({ directories, settings }: Luci, { show, isOn }: OutsideParts): OutsideTools {
  const allowed = new Set<string>();
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
    return createMcpServers(configs, { environment: settings.system.childEnvironment, tell });
  }

  async function close(): Promise<void> {
    const open = servers;
    servers = undefined;
    await open?.[Symbol.asyncDispose]();
  }

  return {
    async tools() {
      if (!wanted) return [];
      servers ??= await opened();
      const tools = await servers.tools();
      names = new Set(tools.map(({ name }) => name));
      return tools;
    },
    confirm: (ask, readLine) => async (call, tool, warning) => {
      if (!names.has(call.name)) return ask(call, tool, warning);
      if (allowed.has(call.name)) return true;
      const what = `Allow ${call.name} ${JSON.stringify(call.arguments)}? It is a program of others.`;
      const answer = ((await readLine(`${what} [y/N, a: always in this chat] `)) ?? '').trim().toLowerCase();
      if (answer === 'a') allowed.add(call.name);
      return /^(a|y|yes)$/.test(answer);
    },
    async command(word) {
      if (word !== '' && word !== 'on' && word !== 'off')
        throw new LuciError('USAGE', '/mcp takes on, off, or nothing.', { hint: '/help' });
      if (word !== '') {
        wanted = word === 'on';
        allowed.clear();
        await close(); // On again starts anew what has ended.
      }
      const states = servers?.states ?? [];
      const lines = states.map(
        ({ name, state, toolCount }) => `  ${name}: ${state}${toolCount === undefined ? '' : `, ${toolCount} tools`}`,
      );
      const always = allowed.size === 0 ? [] : [`  always allowed in this chat: ${[...allowed].join(', ')}`];
      return [`mcp: ${wanted ? 'on' : 'off'}`, ...lines, ...always].map(printable).join('\n');
    },
    [Symbol.asyncDispose]: close,
  };
}

import type { Tool } from '../agent/tool.ts';
import type { Luci } from '../app/luci.ts';
import { within } from '../base/abort.ts';
import { type ConnectedServer, type ServerLink, serverLink } from './connect-server.ts';
import { outsideTools } from './outside-tools.ts';
import type { McpServerConfig } from './server-config.ts';

/** The servers of a chat: started when its first question needs their tools. None of them holds it up. */

/** How a server stands. */
export interface McpServerState {
  readonly name: string;
  readonly state: 'not started' | 'starting' | 'ready' | 'failed' | 'ended' | 'disabled';
  /** Tools of a server that is ready, of those that are wanted. */
  readonly toolCount?: number;
  readonly self?: string;
  /** Why it failed. */
  readonly problem?: string;
}

/** Servers under way. Disposing ends them all. */
export interface McpServers extends AsyncDisposable {
  readonly states: readonly McpServerState[];
  /** The tools of the servers that answer by now. The first call starts all, and waits for them a moment. */
  tools(): Promise<readonly Tool[]>;
}

/** How they are run. */
export interface McpServersOptions {
  /** What every program gets of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The door to servers with an address. */
  readonly net: Luci['net'];
  /** Told once of each server that is late, fails or ends, by its name. */
  readonly tell: (news: string) => void;
  /** A server that has not answered by then has failed (default 60,000: the first start of one may fetch it). */
  readonly timeoutMs?: number;
  /** A call that says nothing for so long is given up (default 60,000). */
  readonly callTimeoutMs?: number;
  /** So long the first question waits (default 5,000). */
  readonly waitMs?: number;
}

interface Running {
  readonly config: McpServerConfig;
  state: McpServerState['state'];
  link?: ServerLink;
  server?: ConnectedServer;
  problem?: string;
}

/** Nothing is started yet. */
export function createMcpServers(configs: readonly McpServerConfig[], options: McpServersOptions): McpServers {
  const { environment, net, tell, timeoutMs = 60_000, callTimeoutMs, waitMs = 5_000 } = options;
  const all: Running[] = configs.map((config) => ({ config, state: config.isDisabled ? 'disabled' : 'not started' }));
  const toldLeftOut = new Set<string>();
  let starting: Promise<void> | undefined;
  let isClosed = false;

  async function start(running: Running): Promise<void> {
    const { config } = running;
    const onEnd = (): void => {
      if (running.state !== 'ready') return;
      running.state = 'ended';
      tell(`The MCP server ${config.name} has ended; its tools are gone.`);
    };
    running.state = 'starting';
    try {
      running.link = await serverLink(config, { environment, net, timeoutMs, callTimeoutMs, onEnd });
      running.server = await running.link.connect();
      if (running.state === 'starting') running.state = 'ready';
    } catch (error) {
      if (isClosed) return;
      running.state = 'failed';
      running.problem = error instanceof Error ? error.message : String(error);
      tell(`${running.problem} Its tools are left out.`);
    }
  }

  async function startAll(): Promise<void> {
    const wanted = all.filter(({ state }) => state === 'not started');
    await within(waitMs, Promise.all(wanted.map(start)));
    for (const { state, config } of wanted)
      if (state === 'starting') tell(`The MCP server ${config.name} has not answered yet; its tools are there as soon as it does.`);
  }

  return {
    get states() {
      return all.map(({ config, state, server, problem }) => {
        const wanted = server?.tools.filter((tool) => config.tools?.includes(tool.name) !== false);
        const ready = state === 'ready' ? { toolCount: wanted?.length, self: server?.self } : {};
        return { name: config.name, state, ...ready, problem };
      });
    },
    async tools() {
      starting ??= startAll();
      await starting;
      const ready = all.filter(({ state }) => state === 'ready').flatMap(({ server }) => (server ? [server] : []));
      const { tools, leftOut } = outsideTools(ready, (name) => configs.find((config) => config.name === name)?.tools);
      for (const what of leftOut.filter((one) => !toldLeftOut.has(one))) {
        toldLeftOut.add(what);
        tell(`Left out of the tools of ${what}.`);
      }
      return tools;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const running of all) if (running.state === 'ready') running.state = 'ended';
      await Promise.allSettled(all.map(({ link }) => link?.close()));
    },
  };
}

import { orAborted } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { anyText } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings } from '../flags.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** A server that has not answered by then is told not to answer: the first start of one may fetch it. */
const listTimeoutMs = 30_000;

const startOptions = {
  root: { kind: anyText('.'), value: 'DIR', summary: 'offer tools that read the files of this folder too' },
  allow: { summary: 'with --root: offer the tools that change files too; the program asks for each, or does not' },
} as const;

/** `luci mcp`: luci for programs that speak the Model Context Protocol. */
export const mcp = defineCommand({
  name: 'mcp',
  summary: 'offer luci to programs over the Model Context Protocol',
  details:
    'Programs start this and speak with it over stdin and stdout: docs/mcp.md says what to write into their settings. They get the tools ask, list_models, test_model and search_catalog. It ends when they close its input.',
  defaultVerb: 'start',
  verbs: [
    defineCommand({
      name: 'start',
      summary: 'answer a program on stdin and stdout, until it closes them',
      options: startOptions,
      settings: engineSettings,
      run: (context) => start(context, context.options),
    }),
    defineCommand({
      name: 'list',
      summary: 'the servers of mcp.json, whose tools luci chat uses, and whether they answer',
      details:
        'mcp.json lies beside config.json (luci config path); docs/mcp.md says what stands in it. Each server is started or reached, asked for its tools, and left.',
      run: list,
    }),
  ],
});

async function start(
  { luci: open, show, signal }: CommandContext,
  { root, allow }: { readonly root?: string; readonly allow?: true },
): Promise<number> {
  if (allow && root === undefined)
    throw new LuciError('USAGE', '--allow is for the tools of a folder, and none is named.', { hint: 'luci mcp --root . --allow' });
  const luci = await open();
  const { serveMcp } = await import('../../mcp/mcp-server.ts');
  if (process.stdin.isTTY === true)
    show.note('This is for programs, which write JSON here; docs/mcp.md says how they start it. Ctrl+D ends it.');
  await serveMcp(luci, {
    input: process.stdin,
    write: show.terminal.out.write,
    root,
    allowChanges: allow === true,
    onFault: (error) => show.note(`luci mcp: ${error instanceof Error ? error.message : String(error)}`),
    signal,
  });
  return 0;
}

async function list({ luci: open, show, signal }: CommandContext): Promise<number> {
  const { directories, settings, net } = await open();
  const [{ readMcpConfig }, { createMcpServers }] = await Promise.all([
    import('../../mcp/server-config.ts'),
    import('../../mcp/mcp-servers.ts'),
  ]);
  const configs = readMcpConfig(directories.mcpFile, settings.system.variable);
  await using servers = createMcpServers(configs, {
    environment: settings.system.childEnvironment,
    net,
    tell: () => undefined, // It stands in the list.
    waitMs: 2 * listTimeoutMs, // Both of its answers have as long.
    timeoutMs: listTimeoutMs,
  });
  await orAborted(servers.tools(), signal);
  const { states } = servers;
  if (show.json) show.data(states);
  else if (states.length === 0)
    show.note(`No MCP server is configured in ${printable(directories.mcpFile)}.\n  docs/mcp.md says what to write there`);
  else {
    const rows = states.map(({ name, state, self, toolCount, problem }) =>
      [
        name,
        state,
        self ?? show.terminal.marks.none,
        toolCount === undefined ? show.terminal.marks.none : String(toolCount),
        problem ?? '',
      ].map(printable),
    );
    const columns = [
      { title: 'name' },
      { title: 'state' },
      { title: 'is', dropOrder: 1 },
      { title: 'tools', align: 'right' },
      { title: '' },
    ] as const;
    show.result(table(columns, rows, show.terminal).join('\n'));
  }
  return 0;
}

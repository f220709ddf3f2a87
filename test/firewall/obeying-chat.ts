import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAgent } from '../../src/agent/agent.ts';
import type { ToolResult } from '../../src/agent/tool.ts';
import { builtInTools } from '../../src/agent/tools/built-in-tools.ts';
import { openWorkspace } from '../../src/agent/workspace/workspace.ts';
import type { ChatSession } from '../../src/app/chat-session.ts';
import { createChats } from '../../src/app/chats.ts';
import { createUndo } from '../../src/app/undo.ts';
import { createPermissions, type Permissions } from '../../src/cli/chat/permissions.ts';
import type { ToolCall } from '../../src/engine/engine.ts';
import { createMcpServers, type McpServers } from '../../src/mcp/mcp-servers.ts';
import { readMcpConfig } from '../../src/mcp/server-config.ts';
import { createNet } from '../../src/net/create-net.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';

/** The chat as it is, over a model that does whatever a text that it is told wants: real files, a real MCP server, the real questions. */

/** A call that the model makes. */
export interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What a person says, and what the model does for it: the calls of each of its replies. */
export interface Turn {
  readonly says: string;
  readonly files?: readonly { readonly name: string; readonly text: string }[];
  readonly does?: readonly (readonly Call[])[];
  /** Said at the end (default `Done.`). */
  readonly answers?: string;
}

/** What the model does when it was told the text with this in it. */
export interface Obedience {
  readonly told: string;
  readonly does: readonly (readonly Call[])[];
}

export const write = (path: string, content: string): Call => ({ name: 'write_file', args: { path, content } });
export const read = (path: string): Call => ({ name: 'read_file', args: { path } });
export const list = (path = '.'): Call => ({ name: 'list_files', args: { path } });
export const move = (from: string, to: string): Call => ({ name: 'move_file', args: { from, to } });
export const make = (path: string): Call => ({ name: 'make_folder', args: { path } });
export const remove = (path: string): Call => ({ name: 'delete_file', args: { path } });
export const machine: Call = { name: 'system_info', args: {} };
export const inbox: Call = { name: 'mail__inbox', args: {} };
export const broken: Call = { name: 'mail__broken', args: {} };
export const wipe: Call = { name: 'mail__wipe', args: {} };
export const send = (to: string, text: string, more: object = {}): Call => ({ name: 'mail__send', args: { to, text, ...more } });

/** A place of its own for one server, and chats one after the other. */
export interface Bench extends AsyncDisposable {
  begin(files: Readonly<Record<string, string>>, mail?: string): Promise<ObeyingChat>;
}

/** A chat in a fresh folder. */
export interface ObeyingChat {
  readonly permissions: Permissions;
  /** What the person was asked, in order. */
  readonly questions: string[];
  /** Results of calls, in order. */
  readonly results: ToolResult[];
  session: ChatSession;
  /** What the person answers from now on. */
  answer: (question: string, count: number) => string;
  /** Says something; the model does its turn, and obeys what it was told. */
  say(turn: Turn, obedience?: Obedience): Promise<string>;
  /** Puts a summary in the place of the chat, which is what the model says. */
  compact(summary: string): Promise<void>;
  /** Goes on with the same chat as another process would. */
  resume(): Promise<void>;
  /** All files beside the folder and in it, and what the server did. */
  state(): Promise<Readonly<Record<string, string>>>;
}

/** Opens it: the server is started once. */
export async function openBench(): Promise<Bench> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'luci firewall ')));
  const [inboxFile, sentFile] = [join(base, 'inbox'), join(base, 'sent')];
  await writeFile(inboxFile, '');
  await writeFile(sentFile, '');
  const server = join(import.meta.dirname, '..', 'fixtures', 'mailbox-server.mjs');
  const env = { TEST_INBOX: inboxFile, TEST_SENT: sentFile };
  await writeFile(join(base, 'mcp.json'), JSON.stringify({ mcpServers: { mail: { command: process.execPath, args: [server], env } } }));
  const servers = createMcpServers(
    readMcpConfig(join(base, 'mcp.json'), () => undefined),
    {
      environment: { PATH: process.env['PATH'] ?? '' },
      net: createNet({ offline: true, proxy: { none: [] }, userAgent: 'luci/test' }),
      tell: () => undefined,
      waitMs: 60_000,
    },
  );
  let count = 0;
  return {
    async begin(files, mail = '') {
      count += 1;
      await writeFile(inboxFile, mail);
      await writeFile(sentFile, '');
      return openChat(join(base, `${count}`), { files, servers, sentFile });
    },
    async [Symbol.asyncDispose]() {
      await servers[Symbol.asyncDispose]();
      await rm(base, { recursive: true, force: true });
    },
  };
}

interface Surroundings {
  readonly files: Readonly<Record<string, string>>;
  readonly servers: McpServers;
  readonly sentFile: string;
}

async function openChat(place: string, { files, servers, sentFile }: Surroundings): Promise<ObeyingChat> {
  const root = join(place, 'around', 'work');
  await mkdir(root, { recursive: true });
  await writeFile(join(place, 'around', 'private.txt'), 'nothing of the chat');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  let next: (told: string, count: number) => string | readonly ToolCall[] = () => 'Done.';
  let replies = 0;
  const model = scriptedSession(
    ({ messages }) => {
      replies += 1;
      return next(JSON.stringify(messages), replies);
    },
    { tools: true, contextLength: 100_000 },
  );
  const workspace = await openWorkspace(root, join(place, 'journal'), { isDurable: false });
  const tools = builtInTools(workspace, async () => ({ memory: '8 GB of RAM' }));
  const outsideTools = await servers.tools();
  const chats = createChats({
    agent: ({ model: _model, onLoad: _onLoad, ...options } = {}) => createAgent({ ...options, openModel: async () => model }),
    builtInTools: async () => tools,
    undo: createUndo(join(place, 'journal')),
    models: { choose: async (name = 'script') => ({ name, path: name, remote: { remote: 'box', model: name } }) },
    chatsFolder: join(place, 'chats'),
    trashFolder: join(place, 'trash'),
  });
  const questions: string[] = [];
  const prompt = {
    ask: async (question: string) => {
      questions.push(question);
      return chat.answer(question, questions.length);
    },
  };
  const permissions = createPermissions(prompt, { has: (name) => outsideTools.some((tool) => tool.name === name) });
  const begin = async (): Promise<ChatSession> => {
    const session = await chats.begin({
      model: undefined,
      sampling: {},
      confirm: permissions.confirm,
      moreTools: async () => outsideTools,
    });
    await session.useTools(root);
    return session;
  };
  const { signal } = new AbortController();
  const chat: ObeyingChat = {
    permissions,
    questions,
    results: [],
    session: await begin(),
    answer: () => '',
    async say({ says, files: attached, does = [], answers = 'Done.' }, obedience) {
      replies = 0;
      next = (told, count) => {
        const isTold = obedience !== undefined && told.includes(obedience.told);
        const calls = [...does, ...(isTold ? obedience.does : [])][count - 1];
        return calls ? calls.map(({ name, args }, index) => ({ id: `c${count}-${index}`, name, arguments: args })) : answers;
      };
      let text = '';
      for await (const event of chat.session.send({ content: says, files: attached }, signal)) {
        if (event.type === 'tool-result') chat.results.push(event.result);
        if (event.type === 'text') text += event.text;
      }
      return text;
    },
    async compact(summary) {
      next = () => summary;
      for await (const _ of chat.session.compact(signal));
    },
    async resume() {
      const kept = await chats.read(chat.session.id ?? '');
      chat.session = await begin();
      chat.session.open(kept);
    },
    async state() {
      return { ...(await filesBelow(join(place, 'around'))), sent: await readFile(sentFile, 'utf8') };
    },
  };
  return chat;
}

/** Contents by path; a folder is a path with a slash at its end. */
async function filesBelow(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    found[entry.isDirectory() ? `${name}/` : name] = entry.isFile() ? await readFile(path, 'utf8') : '';
  }
  return found;
}

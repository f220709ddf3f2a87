import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from '../../src/agent/run-tool.ts';
import { toldTools } from '../../src/agent/told-tools.ts';
import { definitionOf, type Tool } from '../../src/agent/tool.ts';
import { type AgentEvent, answerWithTools } from '../../src/agent/tool-loop.ts';
import { builtInTools } from '../../src/agent/tools/built-in-tools.ts';
import { openWorkspace } from '../../src/agent/workspace/workspace.ts';
import type { ChatMessage, ChatRequest, GenerationEvent, Session, ToolCall } from '../../src/engine/engine.ts';
import { type ApiRequest, type FileRequest, startFiles, type ToolRequest } from './request.ts';

/** Who reads the calls: luci, or the engine alone (what it does not take for a call is text). */
export type Reader = 'luci' | 'engine';

/** What came of a request. */
export interface Outcome {
  readonly isRight: boolean;
  /** The right call stands in what the model wrote, but was not carried out. */
  readonly isMissed: boolean;
  /** A call was shown to the person. */
  readonly isRawShown: boolean;
  readonly calls: number;
  readonly text: string;
}

const system = 'You are an assistant on this computer. Use the tools to do what the user asks.';
const sampling = { temperature: 0, topK: 1, topP: 1, minP: 0, seed: 0 } as const;
/** More than any of the requests needs; a model that goes on is not going to be right. */
const maxCalls = 6;

/** Asks one request and grades what came of it. */
export async function runRequest(session: Session, request: ToolRequest, reader: Reader): Promise<Outcome> {
  return request.kind === 'api' ? runApi(session, request, reader) : runFiles(session, request, reader);
}

async function runApi(session: Session, { ask, tools, call }: ApiRequest, reader: Reader): Promise<Outcome> {
  const made: ToolCall[] = [];
  const offered = tools.map(
    (tool): Tool => ({
      ...tool,
      run: async (args) => {
        made.push({ id: '', name: tool.name, arguments: args });
        return 'ok';
      },
    }),
  );
  const { written, text } = await converse(session, offered, { ask, reader, stop: () => made.length > 0 });
  const [first] = made;
  const isRight = made.length === 1 && first?.name === call.name && sameValue(first.arguments, call.arguments);
  return {
    isRight,
    isMissed: !isRight && made.length === 0 && holds(written, call),
    isRawShown: isRaw(text, offered),
    calls: made.length,
    text,
  };
}

async function runFiles(session: Session, request: FileRequest, reader: Reader): Promise<Outcome> {
  const base = await mkdtemp(join(tmpdir(), 'luci-bench-'));
  const root = join(base, 'files');
  try {
    for (const [path, content] of Object.entries(startFiles)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const workspace = await openWorkspace(root, join(base, 'journal'), { isDurable: false });
    const tools = builtInTools(workspace, async () => ({ memoryTotalGB: 16, cpuCores: 6, diskFreeGB: 42 }));
    const { text, asked, calls } = await converse(session, tools, { ask: request.ask, reader, stop: () => false });
    const files = await filesIn(root);
    const wanted: Record<string, string | null> = { ...startFiles, ...request.files };
    const paths = [...new Set([...Object.keys(wanted), ...Object.keys(files)])];
    const isState = paths.every((path) => (wanted[path] ?? undefined)?.trimEnd() === files[path]?.trimEnd());
    const isAsked = request.kind === 'must ask' ? asked > 0 : request.kind !== 'no tool' || calls === 0;
    const isRight = isState && isAsked && (request.answer?.test(text) ?? true);
    return { isRight, isMissed: false, isRawShown: isRaw(text, tools), calls, text };
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

interface Asked {
  readonly ask: string;
  readonly reader: Reader;
  stop(): boolean;
}

interface Conversed {
  readonly text: string;
  /** What the model wrote, calls included. */
  readonly written: string;
  readonly asked: number;
  readonly calls: number;
}

async function converse(session: Session, tools: readonly Tool[], { ask, reader, stop }: Asked): Promise<Conversed> {
  let written = '';
  let asked = 0;
  const heard: Session = {
    ...session,
    async *generate(request, signal) {
      for await (const event of session.generate(request, signal)) {
        if (event.type === 'text') written += event.text;
        if (event.type === 'tool-call') written += JSON.stringify(event.call);
        yield event;
      }
    },
  };
  const confirm = async (): Promise<boolean> => {
    asked += 1;
    return true;
  };
  const messages: ChatMessage[] = [
    { role: 'system', content: system },
    { role: 'user', content: ask },
  ];
  const request: ChatRequest = { messages, sampling, maxTokens: 160 };
  const events =
    reader === 'luci' ? answerWithTools(heard, request, messages, { tools, confirm }) : engineAlone(heard, request, { tools, confirm });
  let text = '';
  let calls = 0;
  for await (const event of events) {
    if (event.type === 'text') text += event.text;
    if (event.type === 'tool-call') text = '';
    if (event.type === 'tool-result' && ++calls && (calls >= maxCalls || stop())) break;
  }
  return { text, written, asked, calls };
}

/** The plain loop that everybody writes around an endpoint: what it says is a call is one. */
async function* engineAlone(
  session: Session,
  request: ChatRequest,
  { tools, confirm }: { readonly tools: readonly Tool[]; readonly confirm: () => Promise<boolean> },
): AsyncGenerator<AgentEvent> {
  const messages = [...request.messages];
  for (;;) {
    const events: GenerationEvent[] = [];
    for await (const event of session.generate({ ...request, messages, tools: toldTools(tools, messages).map(definitionOf) }))
      events.push(event);
    const toolCalls = events.flatMap((event) => (event.type === 'tool-call' ? [event.call] : []));
    const content = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
    yield* events.filter(({ type }) => type !== 'end' || toolCalls.length === 0);
    if (toolCalls.length === 0) return;
    messages.push({ role: 'assistant', content, toolCalls });
    for (const call of toolCalls) {
      const result = await runTool(tools, call, { confirm });
      messages.push({ role: 'tool', toolCallId: call.id, name: call.name, content: result.content });
      yield { type: 'tool-result', result };
    }
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

function holds(written: string, { name, arguments: args }: ApiRequest['call']): boolean {
  return written.includes(name) && Object.values(args).every((value) => [value].flat().every((item) => written.includes(String(item))));
}

function isRaw(text: string, tools: readonly Tool[]): boolean {
  return (
    /<\/?tool_call|\[TOOL_CALLS\]/.test(text) || tools.some(({ name }) => new RegExp(`"(name|tool|function)"\\s*:\\s*"${name}"`).test(text))
  );
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
  }
  return found;
}

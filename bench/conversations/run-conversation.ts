import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { ConfirmCall } from '../../src/agent/tool.ts';
import type { AgentEvent } from '../../src/agent/tool-loop.ts';
import type { ChatSession } from '../../src/app/chat-session.ts';
import { isLuciError } from '../../src/base/errors.ts';
import { createPermissions } from '../../src/cli/chat/permissions.ts';
import type { ToolCall, Usage } from '../../src/engine/engine.ts';
import { asksForChange } from './all.ts';
import type { Change, NumberedConversation, Turn, World } from './conversation.ts';
import { after, type Found, harmedPaths, holdsAll, isAskedFor, type Wanted, wantedOf, wrongPaths } from './wanted.ts';

/** What came of a conversation; a line of the file of results. */
export interface ConversationResult {
  readonly number: number;
  readonly group: string;
  readonly asksForChange: boolean;
  /** Whether the folder is as it was wanted at the end. */
  readonly isStateRight: boolean;
  /** The same, and every answer held its facts. */
  readonly isRight: boolean;
  /** Paths that are not as they were wanted. */
  readonly wrong: readonly string[];
  /** Files of the person that were changed or lost unasked; one of two turns stands twice. */
  readonly harmed: readonly string[];
  readonly turns: readonly TurnResult[];
}

/** One turn of it. */
export interface TurnResult {
  readonly say: string;
  /** All text that the person saw. */
  readonly text: string;
  readonly calls: readonly Pick<ToolCall, 'name' | 'arguments'>[];
  /** Calls that the person was asked about and did not allow. */
  readonly refused: number;
  /** Whether the answer held its facts; left out where none were asked for. */
  readonly isAnswerRight?: boolean;
  readonly seconds: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Why there is no whole answer. */
  readonly error?: string;
}

/** Who is talked with. */
export interface Assistant {
  /** Begins a chat whose questions about changes are answered by `confirm`. */
  begin(confirm: ConfirmCall): Promise<ChatSession>;
  /** What luci answers itself, without the model, as the chat does. */
  replyItself?(text: string): Promise<string | undefined>;
}

/** Longer than this nobody waits for an answer; the conversation goes on without it. */
const maxTurnMs = 300_000;

/** Has a conversation over a folder of its own, as `luci chat --tools .` in that folder, and grades what came of it. */
export async function runConversation(conversation: NumberedConversation, assistant: Assistant): Promise<ConversationResult> {
  const { number, group, world, turns } = conversation;
  const folder = await mkdtemp(join(tmpdir(), 'luci-conversation-'));
  const home = process.cwd();
  try {
    await makeWorld(folder, world);
    process.chdir(folder);
    const person = createPerson(wantedOf(world));
    await using session = await assistant.begin(person.confirm);
    await session.useTools(folder);
    const passed: TurnResult[] = [];
    const harmed: string[] = [];
    for (const turn of turns) {
      const [wantedBefore, before] = [person.wanted, await foundIn(folder)];
      person.hear(turn);
      passed.push(await takeTurn(turn, { session, assistant, person }));
      const now = await foundIn(folder);
      harmed.push(...harmedPaths({ world, wantedBefore, before, wantedAfter: person.wanted, after: now, changes: turn.changes ?? [] }));
    }
    const wrong = wrongPaths(person.wanted, await foundIn(folder));
    const isStateRight = wrong.length === 0;
    const isRight = isStateRight && passed.every(({ isAnswerRight }) => isAnswerRight !== false);
    return { number, group, asksForChange: asksForChange(conversation), isStateRight, isRight, wrong, harmed, turns: passed };
  } finally {
    process.chdir(home);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Who talks: knows what they asked for, and answers what they are asked by that. */
interface Person {
  readonly wanted: Wanted;
  readonly confirm: ConfirmCall;
  /** Calls of this turn that were not allowed. */
  readonly refused: number;
  hear(turn: Turn): void;
}

function createPerson(beginning: Wanted): Person {
  let wanted = beginning;
  let asked: readonly Change[] = [];
  let refused = 0;
  let isAllowed = false;
  const permissions = createPermissions({ ask: async () => (isAllowed ? 'y' : 'n') }, { has: () => false });
  return {
    get wanted() {
      return wanted;
    },
    get refused() {
      return refused;
    },
    async confirm(call, tool, warning, concern) {
      isAllowed = isAskedFor(call, asked, wanted);
      if (!isAllowed) refused += 1;
      return permissions.confirm(call, tool, warning, concern);
    },
    hear({ changes = [] }) {
      refused = 0;
      asked = [...asked, ...changes];
      wanted = changes.reduce(after, wanted);
    },
  };
}

interface Talking {
  readonly session: ChatSession;
  readonly assistant: Assistant;
  readonly person: Person;
}

async function takeTurn({ say, answer }: Turn, { session, assistant, person }: Talking): Promise<TurnResult> {
  const startedAt = performance.now();
  const own = await assistant.replyItself?.(say);
  const heard = own === undefined ? await hear((signal) => session.send({ content: say }, signal)) : { text: own, calls: [] };
  const { text, calls, usage, error } = heard;
  return {
    say,
    text,
    calls,
    refused: person.refused,
    isAnswerRight: answer && holdsAll(text, answer),
    seconds: Math.round(performance.now() - startedAt) / 1000,
    promptTokens: usage?.promptTokens ?? 0,
    generatedTokens: usage?.generatedTokens ?? 0,
    error,
  };
}

interface Heard {
  readonly text: string;
  readonly calls: TurnResult['calls'];
  readonly usage?: Usage;
  readonly error?: string;
}

/** An answer as far as it came; what fails in it is a fact of the turn, as a chat goes on after it. */
async function hear(send: (signal: AbortSignal) => AsyncIterable<AgentEvent>): Promise<Heard> {
  const calls: Pick<ToolCall, 'name' | 'arguments'>[] = [];
  const signal = AbortSignal.timeout(maxTurnMs);
  let text = '';
  let usage: Usage | undefined;
  try {
    for await (const event of send(signal)) {
      if (event.type === 'text') text += event.text;
      else if (event.type === 'tool-call') calls.push({ name: event.call.name, arguments: event.call.arguments });
      else if (event.type === 'end') usage = event.usage;
    }
  } catch (error) {
    if (signal.aborted) return { text, calls, error: `no answer within ${maxTurnMs / 1000} s` };
    if (!isLuciError(error)) throw error;
    return { text, calls, error: `${error.code}: ${error.message}` };
  }
  return { text, calls, usage };
}

async function makeWorld(folder: string, world: World): Promise<void> {
  for (const [path, content] of Object.entries(world)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function foundIn(folder: string): Promise<Found> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll(sep, '/');
    if (entry.isDirectory()) found.set(`${name}/`, '');
    else if (entry.isFile()) found.set(name, await readFile(path, 'utf8'));
  }
  return found;
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLuci } from '../src/app/create-luci.ts';
import type { Luci } from '../src/app/luci.ts';
import { exactReply } from '../src/assistant/exact-answer.ts';
import { commands } from '../src/cli/command-table.ts';
import { resolveSettings } from '../src/config/resolve-settings.ts';
import { conversations } from './conversations/all.ts';
import { addResult, figuresOf, type ResultLine, readResults, tableOf } from './conversations/results.ts';
import { type Assistant, runConversation } from './conversations/run-conversation.ts';

/**
 * npm run bench:conversations [-- --model FILE --model FILE --only 3,17 --out FILE --json]: 72 conversations of a person with the assistant
 * over a folder, as in `luci chat --tools .`; graded by the folder afterwards, what was harmed in it, and facts in the answers. With --out
 * each result is a line of that file at once, and what stands there already is not asked again, so that a run can be had in pieces.
 */
const cache = join(homedir(), '.cache', 'luci-dev');
const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: ['qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf'] },
    only: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
/** Longer answers are none to what is asked here. */
const maxTokens = 512;

const numbers = values.only?.split(',').map(Number);
const unknown = numbers?.filter((number) => !conversations.some((conversation) => conversation.number === number)) ?? [];
if (unknown.length > 0) throw new Error(`--only: there is no conversation ${unknown.join(', ')}; they are 1 to ${conversations.length}`);
const chosen = conversations.filter(({ number }) => numbers?.includes(number) ?? true);
const paths = values.model.map((file) => (existsSync(file) ? resolve(file) : join(cache, file)));
for (const path of paths) if (!existsSync(path)) throw new Error(`there is no ${path}`);
const out = values.out === undefined ? undefined : resolve(values.out);
const lines = [...readResults(out)];

for (const path of paths) {
  const isDone = ({ number }: { readonly number: number }): boolean =>
    lines.some((line) => line.model === basename(path) && line.number === number);
  const open = chosen.filter((conversation) => !isDone(conversation));
  if (open.length > 0) await talk(path, open);
}
const names = new Set(paths.map((path) => basename(path)));
const shown = lines.filter(({ model, number }) => names.has(model) && chosen.some((conversation) => conversation.number === number));
const figures = figuresOf(shown);
process.stdout.write(values.json ? `${JSON.stringify({ figures, conversations: shown })}\n` : `${tableOf(figures)}\n`);

/** Conversations with one model, in a home of their own. */
async function talk(path: string, open: typeof chosen): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'luci-bench-'));
  const settings = resolveSettings({ home, offline: true, contextLength: 8192 }, { PATH: process.env['PATH'] ?? '' });
  await using luci = createLuci(settings);
  try {
    // Held open, so that no conversation waits for the model; one that does not load ends the run here.
    await using _held = await luci.open(path);
    for (const conversation of open) {
      const result: ResultLine = { model: basename(path), ...(await runConversation(conversation, assistantOf(luci, path))) };
      lines.push(result);
      addResult(out, result);
      process.stderr.write(`${lineOf(result)}\n`);
    }
  } finally {
    await luci.engine.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** The chat of the command: what luci knows itself it answers itself, all else is for the model. */
function assistantOf(luci: Luci, model: string): Assistant {
  return {
    begin: (confirm) => luci.chats.begin({ model, sampling: { temperature: 0, seed: 0 }, maxTokens, confirm }),
    async replyItself(text) {
      const reply = await exactReply(text, { luci, commands, chatModel: model });
      return reply?.kind === 'answer' ? reply.text : undefined;
    },
  };
}

function lineOf({ number, group, isRight, wrong, harmed, turns }: ResultLine): string {
  const missed = turns.filter(({ isAnswerRight }) => isAnswerRight === false).map(({ say }) => `answer to "${say}"`);
  const why = [...wrong.map((path) => `wrong: ${path}`), ...harmed.map((path) => `HARM: ${path}`), ...missed].join(', ');
  const seconds = turns.reduce((sum, turn) => sum + turn.seconds, 0).toFixed(1);
  return `${isRight ? 'ok  ' : 'FAIL'} ${number} ${group}, ${turns.length} turns, ${seconds} s${why === '' ? '' : ` | ${why}`}`;
}

import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { ChatMessage, Session, Usage } from '../../src/engine/engine.ts';
import { probeMachine } from '../../src/engine/machine.ts';
import { findRealModel } from '../fixtures/real-model.ts';

/** Repeatable requests of one thread each, computed at once and one after the other, with real models: the last bits decide words there. */

const models = ['SmolLM2-135M-Instruct.Q4_1.gguf', 'qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf'].map(
  (name) => [name, findRealModel(name)] as const,
);

/** Two conversations with a long text before them, and one without. */
const long = (subject: string): string =>
  `${`The ${subject} stands by the river, and in the evening people come to look at it. `.repeat(45)}Tell a story of it.`;
const begin: readonly (readonly ChatMessage[])[] = [
  [{ role: 'user', content: long('mill') }],
  [{ role: 'user', content: 'Count from one to thirty in words.' }],
  [{ role: 'user', content: long('bridge') }],
];

interface Answer {
  readonly text: string;
  readonly usage: Usage;
}

async function ask(session: Session, messages: readonly ChatMessage[]): Promise<Answer> {
  let text = '';
  const request = { messages, repeatable: true, threads: 1, maxTokens: 16, sampling: { temperature: 0 } };
  for await (const event of session.generate(request)) {
    if (event.type === 'text') text += event.text;
    if (event.type === 'end') return { text, usage: event.usage };
  }
  throw new Error('an answer without an end');
}

/** Two turns of each conversation. */
async function talk(session: Session, messages: readonly ChatMessage[]): Promise<Answer[]> {
  const first = await ask(session, messages);
  const more = [{ role: 'assistant', content: first.text } as const, { role: 'user', content: 'Go on.' } as const];
  return [first, await ask(session, [...messages, ...more])];
}

/** What an engine process that has read nothing yet answers. */
async function answers(file: string, work: (session: Session) => Promise<Answer[][]>): Promise<Answer[][]> {
  const home = await mkdtemp(join(tmpdir(), 'luci at once '));
  await mkdir(join(home, 'models'));
  await copyFile(file, join(home, 'models', 'real.gguf'));
  const settings = resolveSettings({ home, offline: true, engine: 'embedded', contextLength: 4096 }, { PATH: process.env['PATH'] ?? '' });
  await using luci = createLuci(settings);
  luci.engine.expectSeveral();
  try {
    await using session = await luci.open('real');
    expect(session.facts.repeatableAtOnce).toBe((await probeMachine()).physicalCores === 2 ? 2 : 1);
    return await work(session);
  } finally {
    await luci.engine.stop();
    await rm(home, { recursive: true, force: true });
  }
}

describe.each(models)('%s', (_, file) => {
  test.skipIf(file === undefined)(
    'requests of one thread come out alike at once and one after the other, whatever the contexts held before',
    async () => {
      const alone = await answers(file ?? '', async (session) => {
        const told: Answer[][] = [];
        for (const messages of begin) told.push(await talk(session, messages));
        return told;
      });
      const atOnce = await answers(file ?? '', async (session) => {
        // Others first, so that contexts are there that hold something else.
        await Promise.all(begin.slice(1).map(([message]) => ask(session, [{ role: 'user', content: `${message?.content} Briefly.` }])));
        return Promise.all(begin.map((messages) => talk(session, messages)));
      });
      const wordsOf = (told: Answer[][]): string[] => told.flat().map(({ text }) => text);
      expect(wordsOf(atOnce)).toEqual(wordsOf(alone));
      expect(new Set([...alone, ...atOnce].flat().map(({ usage }) => usage.threads))).toEqual(new Set([1]));
      expect(Math.max(...alone.flat().map(({ usage }) => usage.promptTokens))).toBeGreaterThan(700);
    },
    300_000,
  );
});

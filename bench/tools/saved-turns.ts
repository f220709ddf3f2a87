import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ChatRequest, GenerationEvent, Session } from '../../src/engine/engine.ts';

/** What models said, kept on the disk: whoever reads calls otherwise tomorrow needs no model to see what changes. */

interface SavedTurn {
  readonly key: string;
  readonly events: readonly GenerationEvent[];
}

/** A session whose answers come from `path` where the same was asked before, and are added to it where not. */
export function savedTurns(session: () => Promise<Session>, facts: Session['facts'], path: string): Session {
  mkdirSync(dirname(path), { recursive: true });
  const known = new Map<string, readonly GenerationEvent[]>();
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  for (const line of lines) {
    const { key, events } = JSON.parse(line) as SavedTurn;
    known.set(key, events);
  }
  return {
    facts,
    async *generate(request, signal) {
      const key = keyOf(request);
      const before = known.get(key);
      if (before) return yield* before;
      const events: GenerationEvent[] = [];
      for await (const event of (await session()).generate(request, signal)) {
        events.push(event);
        yield event;
      }
      known.set(key, events);
      appendFileSync(path, `${JSON.stringify({ key, events } satisfies SavedTurn)}\n`);
    },
    countTokens: async (messages, tools) => (await session()).countTokens(messages, tools),
    embed: async (texts, signal) => (await session()).embed(texts, signal),
    async [Symbol.asyncDispose]() {},
  };
}

function keyOf({ messages, tools, toolChoice, jsonSchema }: ChatRequest): string {
  // Whether a schema says that nothing else is asked for makes no other question.
  const told = tools?.map(({ parameters, ...tool }) => ({ ...tool, parameters: { ...parameters, additionalProperties: false } }));
  const asked = JSON.stringify([messages, told, toolChoice ?? 'auto', jsonSchema]);
  return createHash('sha256').update(asked).digest('hex').slice(0, 24);
}

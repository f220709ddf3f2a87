import { expect, test } from 'vitest';
import { scriptedSession } from '../../test/fixtures/scripted-session.ts';
import { stopError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import type { Session } from '../engine/engine.ts';
import { createAgent } from './agent.ts';

/** A model that opens when it is told to. */
function slowOpening() {
  const signals: (AbortSignal | undefined)[] = [];
  const waiting: (() => void)[] = [];
  let closed = 0;
  const openModel = (signal?: AbortSignal): Promise<Session> => {
    signals.push(signal);
    return new Promise((resolve) => {
      waiting.push(() =>
        resolve({
          ...scriptedSession(() => 'yes'),
          async [Symbol.asyncDispose]() {
            closed += 1;
          },
        }),
      );
    });
  };
  return { openModel, signals, finish: () => waiting.splice(0).map((resolve) => resolve()), closed: () => closed };
}

test('the abort of one asker ends its own question, and nobody else’s', async () => {
  const { openModel, signals, finish } = slowOpening();
  const agent = createAgent({ openModel });
  const stopper = new AbortController();
  const first = agent.query('one', { signal: stopper.signal });
  const second = agent.query('two');
  stopper.abort(stopError('CANCELLED'));
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(signals).toHaveLength(1);
  expect(signals[0]?.aborted).toBe(false);
  finish();
  expect(await second).toBe('yes');
});

test('an asker whose signal has fired opens nothing', async () => {
  const { openModel, signals } = slowOpening();
  await expect(createAgent({ openModel }).query('one', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(signals).toHaveLength(0);
});

test('a time that is over is told apart from a stop', async () => {
  const { openModel } = slowOpening();
  const agent = createAgent({ openModel });
  await expect(agent.query('one', { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({ code: 'TIMED_OUT' });
});

test('after a crash all who ask wait for one opening, and the session that was lost is closed', async () => {
  let opened = 0;
  let closed = 0;
  let isLost = false;
  const openModel = async (): Promise<Session> => {
    opened += 1;
    const own = opened;
    const session = scriptedSession(() => `answer of ${own}`);
    return {
      ...session,
      async countTokens(messages) {
        if (own === 1 && isLost) throw new LuciError('ENGINE_CRASHED', 'gone');
        return session.countTokens(messages);
      },
      async [Symbol.asyncDispose]() {
        closed += 1;
      },
    };
  };
  const agent = createAgent({ openModel });
  expect(await agent.query('one')).toBe('answer of 1');
  isLost = true;
  const answers = await Promise.all(Array.from({ length: 6 }, () => agent.query('again')));
  expect(new Set(answers)).toEqual(new Set(['answer of 2']));
  expect([opened, closed]).toEqual([2, 1]);
  await agent.close();
  expect(closed).toBe(2);
});

test('an opening that failed is tried again by the next question', async () => {
  let opened = 0;
  const agent = createAgent({
    openModel: async () => {
      opened += 1;
      if (opened === 1) throw new LuciError('MEMORY_SHORT', 'too little');
      return scriptedSession(() => 'yes');
    },
  });
  await expect(agent.query('one')).rejects.toMatchObject({ code: 'MEMORY_SHORT' });
  expect(await agent.query('two')).toBe('yes');
});

test('a closed agent says so with a code of its own, also to who was waiting, and what was opened for it is closed', async () => {
  const { openModel, finish, signals, closed } = slowOpening();
  const agent = createAgent({ openModel });
  const waiting = agent.query('one');
  const told = expect(waiting).rejects.toMatchObject({ code: 'AGENT_CLOSED' });
  await Promise.resolve();
  const closing = agent.close();
  expect(signals[0]?.aborted).toBe(true);
  finish();
  await Promise.all([closing, told]);
  expect(closed()).toBe(1);
  await expect(agent.query('two')).rejects.toMatchObject({ code: 'AGENT_CLOSED', hint: expect.stringContaining('new') });
  await expect(agent.embed(['x'])).rejects.toMatchObject({ code: 'AGENT_CLOSED' });
});

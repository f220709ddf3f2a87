import { expect, test } from 'vitest';
import type { AnswerEvent } from './answer.ts';
import { beyond } from './go-on.ts';

const text = (said: string): AnswerEvent => ({ type: 'text', text: said });
const call = (town: string, id: string): AnswerEvent => ({ type: 'call', call: { id, name: 'weather', arguments: { town } } });

async function rest(said: readonly AnswerEvent[], again: readonly AnswerEvent[]): Promise<AnswerEvent[]> {
  const left: AnswerEvent[] = [];
  async function* asked(): AsyncGenerator<AnswerEvent> {
    yield* again;
  }
  for await (const event of beyond(said, asked())) left.push(event);
  return left;
}

test.each<[string, AnswerEvent[], AnswerEvent[], AnswerEvent[]]>([
  ['nothing was told', [], [text('one ')], [text('one ')]],
  ['in other pieces', [text('on'), text('e t')], [text('one '), text('two')], [text('wo')]],
  ['in smaller pieces', [text('one two')], [text('one'), text(' '), text('two'), text(' three')], [text(' three')]],
  ['up to a call, whose id is another one', [text('a'), call('Oslo', '1')], [text('a'), call('Oslo', '2'), text('b')], [text('b')]],
])('what was told is left out: %s', async (_, said, again, left) => {
  expect(await rest(said, again)).toEqual(left);
});

test.each<[string, AnswerEvent[], AnswerEvent[]]>([
  ['another word in a short piece', [text('one two')], [text('One'), text(' two')]],
  ['another word in a long piece', [text('one ')], [text('two and more')]],
  ['another call', [call('Oslo', '1')], [call('Rome', '1')]],
  ['a call in the place of text', [text('one')], [call('Oslo', '1')]],
  ['text in the place of a call', [text('a'), call('Oslo', '1')], [text('ab')]],
])('%s is never taken for the same answer', async (_, said, again) => {
  await expect(rest(said, again)).rejects.toMatchObject({ code: 'NOT_RESUMABLE' });
});

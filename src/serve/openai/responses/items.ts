import * as v from 'valibot';
import { LuciError } from '../../../base/errors.ts';
import type { WholeAnswer } from '../../answer.ts';
import { textOf } from '../chat-request.ts';
import type { ChatMessages } from './request.ts';

/** Items of a conversation as /v1/responses has them, and the turns they stand for. */

const contentSchema = v.union([v.string(), v.array(v.looseObject({ type: v.string() }))]);

export const itemSchema = v.looseObject({
  /** A message may leave it out. */
  type: v.nullish(v.string()),
  role: v.nullish(v.picklist(['system', 'developer', 'user', 'assistant'])),
  content: v.nullish(contentSchema),
  call_id: v.nullish(v.string()),
  name: v.nullish(v.string()),
  arguments: v.nullish(v.string()),
  output: v.nullish(contentSchema),
});
type Item = v.InferOutput<typeof itemSchema>;
type Turn = ChatMessages[number];

/** The turns. Calls stand in the turn of the assistant that made them. @throws USAGE, ENGINE_UNSUPPORTED by the item's place */
export function chatMessagesOf(input: string | readonly Item[]): ChatMessages {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const turns: Turn[] = [];
  for (const [index, item] of input.entries()) add(turns, item, `input.${index}`);
  return turns;
}

function add(turns: Turn[], item: Item, place: string): void {
  switch (item.type ?? 'message') {
    case 'message':
      if (!item.role) throw wrong(`${place}.role`, 'is missing');
      turns.push({ role: item.role, content: textOf(item.content, `${place}.content`) });
      return;
    case 'function_call':
      addCall(turns, callTurn(item, place));
      return;
    case 'function_call_output':
      turns.push({ role: 'tool', tool_call_id: item.call_id, content: textOf(item.output, `${place}.output`) });
      return;
    case 'reasoning':
      // Models are told what was said, not what was thought.
      return;
    default:
      throw new LuciError('ENGINE_UNSUPPORTED', `"${place}" is of type ${item.type}, which cannot be had here.`, {
        details: { param: place },
      });
  }
}

function callTurn({ call_id: id, name, arguments: args }: Item, place: string): NonNullable<Turn['tool_calls']>[number] {
  if (!id || !name) throw wrong(place, 'has no call_id or no name');
  return { id, function: { name, arguments: args ?? '{}' } };
}

function addCall(turns: Turn[], call: NonNullable<Turn['tool_calls']>[number]): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') turns.push({ role: 'assistant', tool_calls: [call] });
  else turns[turns.length - 1] = { ...last, tool_calls: [...(last.tool_calls ?? []), call] };
}

/** The turn that an answer was, for the answers after it. */
export function turnOfAnswer({ text, calls }: Pick<WholeAnswer, 'text' | 'calls'>): Turn {
  const told = calls.map(({ id, name, arguments: args }) => ({ id, function: { name, arguments: JSON.stringify(args) } }));
  return { role: 'assistant', content: text, tool_calls: told.length > 0 ? told : undefined };
}

function wrong(param: string, what: string): LuciError {
  return new LuciError('USAGE', `"${param}" ${what}.`, { details: { param } });
}

import { join } from 'node:path';
import type { Change, NumberedConversation } from '../../bench/conversations/conversation.ts';
import type { Assistant } from '../../bench/conversations/run-conversation.ts';
import { createAgent } from '../../src/agent/agent.ts';
import { createChats } from '../../src/app/chats.ts';
import { toolsOn } from '../../src/app/folder-tools.ts';
import { createUndo } from '../../src/app/undo.ts';
import type { ChatRequest, ToolCall } from '../../src/engine/engine.ts';
import { probeMachine } from '../../src/engine/machine.ts';
import { type Script, scriptedSession } from '../fixtures/scripted-session.ts';

/** Models for the conversations of bench/conversations: one that does all that is asked, and null models that know nothing. */

/** What a double says in a conversation. */
export type Double = (conversation: NumberedConversation) => Script;

/** Does what each turn asks for, and says what its answer must hold. */
export const oracle: Double = ({ turns }) => {
  return (request) => {
    const { turn, step } = placeIn(request);
    const { changes = [], answer = ['Fine'] } = turns[turn] ?? { say: '' };
    const change = changes[step];
    return change ? [callOf(change)] : answer.map((word) => word.split('|')[0]).join(', ');
  };
};

/** Says nothing of use and does nothing. */
export const idle: Double = () => () => 'I cannot help with that.';

/** Says that all is done, and does nothing. */
export const boaster: Double = () => () => 'Yes, done. I did exactly what you asked for.';

/** Wants to delete everything, whatever is asked. */
export const deleter: Double = ({ world }) => {
  const paths = Object.keys(world).flatMap((path) => [path, path.split('/')[0] ?? path]);
  const all = [...new Set(paths)];
  return (request) => {
    const path = all[placeIn(request).step];
    return path === undefined ? 'Deleted.' : [{ id: path, name: 'delete_file', arguments: { path } }];
  };
};

/** Replaces the text of every file, whatever is asked. */
export const overwriter: Double = ({ world }) => {
  return (request) => {
    const path = Object.keys(world)[placeIn(request).step];
    return path === undefined ? 'Written.' : [{ id: path, name: 'write_file', arguments: { path, content: 'x' } }];
  };
};

/** An assistant of a double: real chats and real tools, in a home folder. */
export function assistantOf(double: Double, conversation: NumberedConversation, home: string): Assistant {
  const undoFolder = join(home, 'undo');
  const model = scriptedSession(double(conversation), { tools: true, contextLength: 16_384 });
  const chats = createChats({
    agent: ({ model: _model, onLoad: _onLoad, ...options } = {}) => createAgent({ ...options, openModel: async () => model }),
    builtInTools: (folder, { question } = {}) => toolsOn(folder, { undoFolder, machine: probeMachine, question }),
    undo: createUndo(undoFolder),
    models: { choose: async (name = 'double') => ({ name, path: name, remote: { remote: 'box', model: name } }) },
    chatsFolder: join(home, 'chats'),
    trashFolder: join(home, 'trash'),
  });
  return { begin: (confirm) => chats.begin({ model: undefined, sampling: {}, confirm }) };
}

/** Which turn it is, and how many calls were carried out in it. */
function placeIn({ messages }: ChatRequest): { readonly turn: number; readonly step: number } {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return {
    turn: messages.filter(({ role }) => role === 'user').length - 1,
    step: messages.slice(last + 1).filter(({ role }) => role === 'tool').length,
  };
}

/** A change as a call of the tool that makes it. */
function callOf(change: Change): ToolCall {
  const call = (name: string, args: Readonly<Record<string, string>>): ToolCall => ({ id: name, name, arguments: args });
  if ('folder' in change) return call('make_folder', { path: change.folder });
  if ('delete' in change) return call('delete_file', { path: change.delete });
  if ('move' in change) return call('move_file', { from: change.move, to: change.to });
  const content = 'content' in change ? change.content : change.holds.map((word) => word.split('|')[0]).join(' ');
  return call('write_file', { path: change.write, content });
}

import type { ChatMessage, ToolDefinition } from '../engine/engine.ts';
import { questionEnds } from './question-ends.ts';
import { type Tool, templateDefinitionOf } from './tool.ts';

/**
 * Which tools a model is told of: small models choose better among few, and each takes a part of the context. The words of the person say
 * which; no model is asked. What is not told can be called all the same, by who knows its name.
 */

/** A tool as it is offered. */
export type OfferedTool = ToolDefinition & Pick<Tool, 'wantedBy'>;

/**
 * Characters of what is told of tools that words can ask for. With those that are always told that is at most 600 tokens with the rest of a
 * prompt (test/engine/tool-prompt.test.ts).
 */
const maxCharacters = 750;

/**
 * Those of the tools that are told: all without {@link Tool.wantedBy}; of the others, as long as there is room, first those that the last
 * question asks for, then those that were called, then those that were told before, then the rest in their order. What is new stands first: small
 * models take what they read first. It follows from the messages alone, so a chat that is taken up again, or a question that is asked again, is
 * told the same.
 */
export function toldTools<T extends OfferedTool>(tools: readonly T[], messages: readonly ChatMessage[]): readonly T[] {
  const chosen = tools.filter(({ wantedBy }) => wantedBy !== undefined);
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  const called = chosen.filter((tool) => calls.some(({ name }) => name === tool.name));
  const usual = withRoom(chosen);
  let told = tools.filter((tool) => tool.wantedBy === undefined || usual.includes(tool));
  for (const { content } of messages.filter(({ role }) => role === 'user')) {
    const words = questionEnds(content);
    const wanted = chosen.filter(({ wantedBy = /^/ }) => words.search(wantedBy) >= 0);
    const known = told;
    const kept = withRoom([...wanted, ...called, ...known.filter((tool) => chosen.includes(tool)), ...chosen]);
    const isStill = (tool: T): boolean => tool.wantedBy === undefined || kept.includes(tool);
    told = [...kept.filter((tool) => !known.includes(tool)), ...known.filter(isStill)];
  }
  return told;
}

/** As many as there is room for, the first ones first; one at least. */
function withRoom<T extends OfferedTool>(tools: readonly T[]): readonly T[] {
  let room = maxCharacters;
  const told = new Set<T>();
  for (const tool of tools) {
    const length = told.has(tool) ? 0 : JSON.stringify(templateDefinitionOf(tool)).length;
    if (length > room && told.size > 0) continue;
    room -= length;
    told.add(tool);
  }
  return [...told];
}

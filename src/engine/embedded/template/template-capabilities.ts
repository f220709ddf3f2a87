import { TemplateLimit } from './bounded-interpreter.ts';

/** What a template can write, found by rendering small conversations with marks in them. */

/** What a template can write. */
export interface Capabilities {
  /** Contents as plain text; where not, as a list of parts. */
  readonly textContent: boolean;
  readonly systemRole: boolean;
  /** Whether it writes definitions of tools. */
  readonly tools: boolean;
  /** Whether it writes calls of earlier turns. */
  readonly toolCalls: boolean;
  /** Arguments of calls as an object; where not, as JSON text. */
  readonly objectArguments: boolean;
}

type Run = (variables: Readonly<Record<string, unknown>>) => string;

const mark = 'STRINGMARK';
const user = { role: 'user', content: 'User message' };
const tool = {
  name: 'tool',
  type: 'function',
  function: {
    name: 'TOOLNAMEMARK',
    description: 'Tool description',
    parameters: { type: 'object', properties: { ARGMARK: { type: 'string', description: 'Arg description' } }, required: ['ARGMARK'] },
  },
};

/** Asks a template what it can. What it refuses it cannot. */
export function probeCapabilities(run: Run): Capabilities {
  const attempt = (messages: readonly unknown[], tools: readonly unknown[] = []): string | undefined => {
    try {
      return run({ messages, tools, add_generation_prompt: true });
    } catch (error) {
      if (error instanceof TemplateLimit || error instanceof RangeError) throw error;
      return undefined;
    }
  };
  const callOf = (args: unknown): string | undefined => attempt([...conversationWithCall(args)], [tool]);
  const asText = attempt([{ role: 'user', content: mark }]);
  const textContent = asText?.includes(mark) === true || attempt([{ role: 'user', content: [{ type: 'text', text: mark }] }]) === undefined;
  const withObject = callOf({ ARGMARK: 'VALUEMARK' });
  const objectArguments = withObject?.includes('VALUEMARK') === true;
  const withCall = objectArguments ? withObject : callOf('{"ARGMARK": "VALUEMARK"}');
  return {
    textContent,
    systemRole: attempt([{ role: 'system', content: mark }, user])?.includes(mark) === true,
    tools: (withCall ?? attempt([user], [tool]))?.includes('Tool description') === true,
    toolCalls: withCall?.includes('CALLNAMEMARK') === true,
    objectArguments,
  };
}

function conversationWithCall(args: unknown): readonly unknown[] {
  const call = { id: 'call00001', type: 'function', function: { name: 'CALLNAMEMARK', arguments: args } };
  return [
    user,
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', content: 'Tool response', tool_call_id: 'call00001' },
    { role: 'assistant', content: "The tool response was 'tool response'" },
    user,
  ];
}

import { expect, test } from 'vitest';
import type { ToolDefinition } from '../../engine/engine.ts';
import type { Attempt } from './call-form.ts';
import { callForms } from './forms.ts';
import { createHoldBack } from './hold-back.ts';

const schema = (...names: readonly string[]): ToolDefinition['parameters'] => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});
const tools: readonly ToolDefinition[] = [
  { name: 'clock', description: 'The time in a town', parameters: schema('town') },
  { name: 'write_file', description: 'Writes', parameters: schema('path', 'content') },
  { name: 'system_info', description: 'Facts', parameters: schema() },
];

interface Read {
  readonly text: string;
  readonly attempts: readonly Attempt[];
}

/** The text in pieces, cut at these places. */
function inPieces(pieces: readonly string[]): Read {
  const reader = createHoldBack(tools);
  const text = pieces.map((piece) => reader.push(piece)).join('') + reader.finish();
  return { text, attempts: reader.attempts };
}

/** Read at once, letter by letter, and in pieces of several lengths: always the same. */
function read(text: string): Read {
  const whole = inPieces([text]);
  for (const length of [1, 2, 3, 5, 7, 11]) {
    const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) => text.slice(index * length, (index + 1) * length));
    expect(inPieces(pieces), `in pieces of ${length}`).toEqual(whole);
  }
  return whole;
}

const oslo = { name: 'clock', arguments: { town: 'Oslo' } };
const json = JSON.stringify(oslo);
const file = { name: 'write_file', arguments: { path: 'a.txt', content: 'x\ny' } };

test.each([
  ['bare JSON', json],
  ['JSON with blanks and lines', JSON.stringify(oslo, null, 2)],
  ['JSON in a fence', `\`\`\`json\n${json}\n\`\`\``],
  ['JSON in a fence of no language', `\`\`\`\n${json}\n\`\`\`\n`],
  ['JSON in a fence that does not end', `\`\`\`json\n${json}`],
  ['tool and parameters', '{"tool": "clock", "parameters": {"town": "Oslo"}}'],
  ['function and input', '{"function": "clock", "input": {"town": "Oslo"}}'],
  ['arguments before the name', '{"arguments": {"town": "Oslo"}, "name": "clock"}'],
  ['arguments as a JSON string', '{"name": "clock", "arguments": "{\\"town\\": \\"Oslo\\"}"}'],
  ['an object function', '{"type": "function", "id": "1", "function": {"name": "clock", "arguments": "{\\"town\\": \\"Oslo\\"}"}}'],
  ['a list of tool_calls', `{"tool_calls": [${json}]}`],
  ['a list', `[${json}]`],
  ['a space of names before the name', '{"name": "functions.clock", "arguments": {"town": "Oslo"}}'],
  ['the tool as the key', '{"clock": {"town": "Oslo"}}'],
  ['arguments beside the name', '{"name": "clock", "town": "Oslo"}'],
  ['keys of the definition beside the arguments', '{"name": "clock", "arguments": {"town": "Oslo"}, "required": ["town"], "strict": true}'],
  ['a result that was made up', '{"name": "clock", "arguments": {"town": "Oslo"}, "result": "12:30"}'],
  ['a description before the arguments', '{"name": "clock", "description": "Tells the time.", "parameters": {"town": "Oslo"}}'],
  ['a comma too many', '{"name": "clock", "arguments": {"town": "Oslo",},}'],
  ['a bracket too few', '{"name": "clock", "arguments": {"town": "Oslo"}'],
  ['brackets doubled', `{${json}}`],
  ['single quotes', "{'name': 'clock', 'arguments': {'town': 'Oslo'}}"],
  ['tags', `<tool_call>\n${json}\n</tool_call>`],
  ['tags without their end', `<tool_call>\n${json}`],
  ['tags with a fence inside', `<tool_call>\n\`\`\`json\n${json}\n\`\`\`\n</tool_call>`],
  ['tags of tools', `<tools>\n${json}\n</tools>`],
  ['tags of function calls', `<function_call>${json}</function_call>`],
  ['tool_call between bars', `<|tool_call|>[${json}]<|/tool_call|>`],
  ['a function tag with JSON', '<function=clock>{"town": "Oslo"}</function>'],
  ['a function tag with parameters', '<tool_call>\n<function=clock>\n<parameter=town>\nOslo\n</parameter>\n</function>\n</tool_call>'],
  ['invoke', '<function_calls><invoke name="clock"><parameter name="town">Oslo</parameter></invoke></function_calls>'],
  ['the name as a tag', '<clock><town>Oslo</town></clock>'],
  ['keys and values as tags', '<tool_call>clock\n<arg_key>town</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>'],
  ['TOOL_CALLS with a list', `[TOOL_CALLS][${json}]`],
  ['TOOL_CALLS with arguments', '[TOOL_CALLS]clock[ARGS]{"town": "Oslo"}'],
  ['python_tag with JSON', `<|python_tag|>${json}`],
  ['python_tag with a call', '<|python_tag|>clock.call(town="Oslo")'],
  ['a list of Python calls in tags', '<|tool_call_start|>[clock(town="Oslo")]<|tool_call_end|>'],
  ['a call of Python', 'clock(town="Oslo")'],
  ['a call of Python by place', "clock('Oslo')"],
  ['a call of Python in a fence', '```python\nprint(clock(town="Oslo"))\n```'],
  ['a call of Python with a result', '```python\ntime = clock(town="Oslo")\n```'],
  ['a list of calls of Python', '[clock(town="Oslo")]'],
  ['call in double brackets', '[[call: clock({"town": "Oslo"})]]'],
  [
    'deepseek',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>clock\n```json\n{"town": "Oslo"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  ],
  [
    'kimi',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.clock:0<|tool_call_argument_begin|>{"town": "Oslo"}<|tool_call_end|><|tool_calls_section_end|>',
  ],
  ['action and input', 'Action: clock\nAction Input: {"town": "Oslo"}'],
])('%s is a call, and nothing of it is text', (_, text) => {
  expect(read(text)).toEqual({ text: '', attempts: [oslo] });
});

test.each(callForms.map(({ name, example }) => [name, example] as const))('the example of the form %s is read', (_, example) => {
  expect(read(example)).toEqual({ text: '', attempts: [oslo] });
});

test.each([
  ['two objects in a row', `${json}\n${JSON.stringify(file)}`],
  ['a list of two', JSON.stringify([oslo, file])],
  ['two pairs of tags', `<tool_call>${json}</tool_call>\n<tool_call>${JSON.stringify(file)}</tool_call>`],
  ['two in one pair of tags', `<tool_call>\n${json}\n${JSON.stringify(file)}\n</tool_call>`],
  ['two fences with words between', `\`\`\`json\n${json}\n\`\`\`\nThen I write it:\n\`\`\`json\n${JSON.stringify(file)}\n\`\`\``],
  ['two lines of Python', 'clock(town="Oslo")\nwrite_file("a.txt", content="x\\ny")'],
  ['a list of Python calls', '[clock(town="Oslo"), write_file(path="a.txt", content="""x\ny""")]'],
])('%s are two calls', (_, text) => {
  expect(read(text)).toEqual({ text: '', attempts: [oslo, file] });
});

test('text before a call is handed on, text after it was said without its result', () => {
  expect(read(`I look at the clock.\n\n\`\`\`json\n${json}\n\`\`\`\n\nIt is 12:00 there.`)).toEqual({
    text: 'I look at the clock.\n\n',
    attempts: [oslo],
  });
});

test.each([
  ['an answer as JSON', '{"name": "Ada", "age": 36}'],
  ['a list of answers', '[{"name": "Ada"}, {"name": "Bob", "tool": "pen"}]'],
  ['numbers', '[1, 2, 3]'],
  ['JSON with arguments that are none', 'The schema is {"type": "object", "properties": {"name": {"type": "string"}}}.'],
  [
    'the definition of a tool',
    '{"name": "clock", "description": "Tells the time.", "parameters": {"type": "object", "properties": {"town": {"type": "string"}}}}',
  ],
  ['JSON of another call in the middle of words', 'Write it so: {"name": "order_pizza", "arguments": {"size": 3}} and send it.'],
  ['a tool in a sentence', 'You can use write_file(path, content) or clock("Oslo") for that.'],
  ['a tool at the beginning of a sentence', 'clock("Oslo") tells the time in Oslo.'],
  ['a link', 'See [the page](https://example.org) and [1].'],
  ['markup', '<b>bold</b> and a < b, <tools>hammer, saw</tools>'],
  ['code', '```python\ndef f(x):\n    return {"a": x}\n```\nDone.'],
  ['code in a fence that does not end', '```json\n{"a": 1}\n'],
  ['an action in words', 'Action: none is needed.\nAll is well.'],
  ['a bracket that never closes', 'A set { of things and [ more'],
  ['an empty object', '{}'],
])('%s stays untouched', (_, text) => {
  expect(read(text)).toEqual({ text, attempts: [] });
});

test('plain text goes on letter by letter, and JSON that is no call as soon as a key says so', () => {
  const reader = createHoldBack(tools);
  expect([...'The sum is 4.'].map((letter) => reader.push(letter))).toEqual([...'The sum is 4.']);
  const answer = createHoldBack(tools);
  expect(answer.push('{"ci')).toBe('');
  expect(answer.push('ty": "Os')).toBe('{"city": "Os');
  expect(answer.push('lo')).toBe('lo');
});

test('a call of an unknown tool is one at the beginning, in tags, and where its name is close to one', () => {
  const call = (name: string): string => JSON.stringify({ name, arguments: { path: 'a' } });
  const attempt = (name: string): Attempt => ({ name, arguments: { path: 'a' } });
  expect(read(call('order_pizza'))).toEqual({ text: '', attempts: [attempt('order_pizza')] });
  expect(read(`Sure. <tool_call>${call('order_pizza')}</tool_call>`)).toEqual({ text: 'Sure. ', attempts: [attempt('order_pizza')] });
  expect(read(`Sure: ${call('create_file')}`)).toEqual({ text: 'Sure: ', attempts: [attempt('create_file')] });
});

test('what cannot be read within tags, or was cut, is a call gone wrong, and no text', () => {
  expect(read('<tool_call>write the file</tool_call>')).toEqual({ text: '', attempts: [{ name: '', arguments: {}, problem: 'broken' }] });
  expect(read('{"name": "write_file", "arguments": {"path": "a.txt", "content": "half of')).toEqual({
    text: '',
    attempts: [{ name: 'write_file', arguments: {}, problem: 'cut' }],
  });
});

test('a very long text that looks like a call to come does not take long, nor for ever', () => {
  const long = `{"name": "write_file", "arguments": {"path": "a.txt", "content": "${'text '.repeat(250_000)}`;
  const reader = createHoldBack(tools);
  for (let at = 0; at < long.length; at += 50_000) reader.push(long.slice(at, at + 50_000));
  reader.finish();
  expect(reader.attempts).toEqual([{ name: 'write_file', arguments: {}, problem: 'cut' }]);
  const brackets = '['.repeat(2000);
  expect(inPieces([brackets]).text === brackets).toBe(true);
});

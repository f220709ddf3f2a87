import { expect, test } from 'vitest';
import { type AnswerForm, createAnswerParts } from './answer-parts.ts';
import { harmonyThinking, thinkingMarks } from './thinking-marks.ts';

const plain: AnswerForm = { thinking: [], calls: [], isHarmony: false, isForced: false, stops: [] };
const hermes = [{ open: '<tool_call>', close: '</tool_call>' }];
const own = (open: string): AnswerForm['thinking'] => thinkingMarks.filter((marks) => marks.open === open);

/** What is told of a text that comes in pieces of so many letters. */
function told(form: AnswerForm, text: string, size: number) {
  const parts = createAnswerParts(form);
  const letters = [...text];
  const pieces = Array.from({ length: Math.ceil(letters.length / size) }, (_, index) =>
    letters.slice(index * size, (index + 1) * size).join(''),
  );
  const all = [...pieces.flatMap((piece) => parts.push(piece)), ...parts.end()];
  const of = (type: 'text' | 'thinking'): string => all.map((part) => (part.type === type ? part.text : '')).join('');
  return { text: of('text'), thinking: of('thinking'), calls: all.flatMap((part) => (part.type === 'call' ? [part.call] : [])) };
}

const clock = { name: 'clock', arguments: { town: 'Oslo' } };

test.each<[string, AnswerForm, string, Partial<ReturnType<typeof told>>]>([
  ['a plain answer', plain, '\nHello there.\n\nBye. ', { text: '\nHello there.\n\nBye. ' }],
  [
    'thinking the prompt opened',
    { ...plain, opened: own('<think>')[0], thinking: own('<think>') },
    '\nHm.</think>\n\nParis.',
    { text: 'Paris.', thinking: 'Hm.' },
  ],
  [
    'thinking the model opens',
    { ...plain, thinking: own('<think>') },
    '<think>\nHm.\n</think>\n\nParis.',
    { text: 'Paris.', thinking: 'Hm.' },
  ],
  [
    'thinking in the middle',
    { ...plain, thinking: own('<think>') },
    'Well. <think>Hm.</think> Paris.',
    { text: 'Well. Paris.', thinking: 'Hm.' },
  ],
  ['marks of another model at the beginning', plain, '<seed:think>Hm.</seed:think>Paris.', { text: 'Paris.', thinking: 'Hm.' }],
  ['marks of another model in the middle', plain, 'Write <think> here.', { text: 'Write <think> here.' }],
  ['moons', plain, '◁think▷Hm.◁/think▷Paris.', { text: 'Paris.', thinking: 'Hm.' }],
  ['brackets', plain, '[THINK]Hm.[/THINK]Paris.', { text: 'Paris.', thinking: 'Hm.' }],
  ['thoughts', plain, '<|begin_of_thought|>\nHm.\n<|end_of_thought|>\n\nParis.', { text: 'Paris.', thinking: 'Hm.' }],
  [
    'thoughts and a solution',
    plain,
    '<|begin_of_thought|>\n\nHm.\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nParis.\n\nOslo.\n\n<|end_of_solution|>\n',
    { text: 'Paris.\n\nOslo.', thinking: 'Hm.' },
  ],
  ['a solution that never ends', plain, '<|begin_of_solution|>Paris.', { text: 'Paris.' }],
  [
    'a response',
    plain,
    '<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Paris.<|END_RESPONSE|>',
    { text: 'Paris.', thinking: 'Hm.' },
  ],
  ['unused tokens', plain, '<unused94>thought\nHm.\n<unused95>Paris.', { text: 'Paris.', thinking: 'Hm.' }],
  ['inner marks', plain, '<|inner_prefix|>Hm.<|inner_suffix|>Paris.', { text: 'Paris.', thinking: 'Hm.' }],
  [
    'marks that are spoken of',
    plain,
    'Say <|begin_of_solution|> or <|channel|>final<|message|> here, <unused94>thought there.',
    { text: 'Say <|begin_of_solution|> or <|channel|>final<|message|> here, <unused94>thought there.', thinking: '' },
  ],
  ['the beginning of a channel alone', plain, '<|channel|> is a mark.', { text: '<|channel|> is a mark.' }],
  [
    'channels that nobody told of',
    plain,
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Paris.<|return|>',
    { text: 'Paris.', thinking: 'Hm.' },
  ],
  [
    'channels that nobody told of, from their start on',
    plain,
    '<|start|>assistant<|channel|>analysis<|message|>Hm. 1 < 2<|end|><|start|>assistant<|channel|>commentary<|message|>I say:<|end|><|start|>assistant<|channel|>final<|message|>Paris.',
    { text: 'I say:Paris.', thinking: 'Hm. 1 < 2' },
  ],
  ['the last channel alone', plain, '<|channel|>final<|message|>Paris.', { text: 'Paris.', thinking: '' }],
  ['thinking in a channel that never ends', plain, '<|channel|>analysis<|message|>Hm. Let me', { text: '', thinking: 'Hm. Let me' }],
  [
    'a call in a channel that nobody told of',
    plain,
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"town":"Oslo"}<|call|>',
    { text: '', thinking: 'Hm.', calls: [clock] },
  ],
  [
    'a forced answer that begins as a channel',
    { ...plain, isForced: true },
    '<|channel|>final<|message|>"x"',
    { text: '<|channel|>final<|message|>"x"' },
  ],
  ['thinking that never ends', { ...plain, opened: own('<think>')[0] }, 'Hm. Let me', { text: '', thinking: 'Hm. Let me' }],
  ['nearly a mark', { ...plain, thinking: own('<think>') }, 'a <thin b', { text: 'a <thin b' }],
  [
    'channels',
    { ...plain, isHarmony: true, thinking: [harmonyThinking] },
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Paris.<|return|>',
    { text: 'Paris.', thinking: 'Hm.' },
  ],
  [
    'a call in a channel',
    { ...plain, isHarmony: true, thinking: [harmonyThinking], calls: [] },
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"town":"Oslo"}<|call|>',
    { text: '', thinking: 'Hm.', calls: [clock] },
  ],
  [
    'a call in tags',
    { ...plain, calls: hermes },
    'I look.\n<tool_call>\n{"name": "clock", "arguments": {"town": "Oslo"}}\n</tool_call>\n',
    { text: 'I look.', calls: [clock] },
  ],
  [
    'two calls, one of parameters in tags',
    { ...plain, calls: hermes },
    '<tool_call>{"name": "clock", "arguments": {"town": "Oslo"}}</tool_call>\n<tool_call>\n<function=clock>\n<parameter=town>\nOslo\n</parameter>\n</function>\n</tool_call>',
    { text: '', calls: [clock, clock] },
  ],
  [
    'a list of calls to the end',
    { ...plain, calls: [{ open: '[TOOL_CALLS]' }] },
    '[TOOL_CALLS][{"name": "clock", "arguments": {"town": "Oslo"}}]',
    { calls: [clock] },
  ],
  [
    'no call between the tags',
    { ...plain, calls: hermes },
    '<tool_call>what?</tool_call>',
    { text: '<tool_call>what?</tool_call>', calls: [] },
  ],
  ['tags where no tools were offered', plain, '<tool_call>{}</tool_call>', { text: '<tool_call>{}</tool_call>' }],
  ['a text that ends it', { ...plain, stops: ['END'] }, 'one two END three', { text: 'one two ' }],
  ['a forced answer', { ...plain, isForced: true }, '{"a":"<think>x"}', { text: '{"a":"<think>x"}' }],
])('%s is taken apart, however it comes', (_, form, text, wanted) => {
  for (const size of [1, 2, 3, 7, 1000]) expect(told(form, text, size), `pieces of ${size}`).toMatchObject(wanted);
});

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';

/**
 * The embedded engine against a real llama-server on real models, by hand: the same prompts at temperature 0 must give the same text, but for
 * what kernels make of equal likelihoods. `npm run test:models`, or with paths of model files behind `--`; `--prompts N` asks the first ones.
 */

const allPrompts: readonly string[] = [
  'Three rivers in Europe',
  'who made you',
  'What is the capital of France?',
  'Name the days of the week.',
  'What is 17 + 25?',
  'Write a haiku about snow.',
  'Translate "good morning" to French.',
  'Which is heavier, a kilogram of iron or of feathers?',
  'Count from one to ten.',
  'Write a Python function that reverses a string.',
  'What colour is the sky?',
  'Say hello in five languages.',
  'Name four planets.',
  'What is an atom?',
  'Give me a recipe for pancakes.',
  'Who wrote Hamlet?',
  'What does HTTP mean?',
  'Write a SQL query that counts rows of the table users.',
  'What is the opposite of cold?',
  'List three prime numbers.',
  'Explain recursion in one sentence.',
  'What is the largest ocean?',
  'Write a regular expression for digits.',
  'How many legs has a spider?',
  'What is your name?',
  'Sort 3, 1, 2.',
  'Name a fruit that is yellow.',
  'What is the square root of 81?',
  'Write a JavaScript loop that prints 1 to 3.',
  'What is photosynthesis?',
  'Who painted the Mona Lisa?',
  'What is the boiling point of water?',
  'Give a synonym of happy.',
  'What is a compiler?',
  'Is a tomato a fruit?',
  'Name two programming languages.',
  'What comes after Monday?',
  'How do I list files in a folder on Linux?',
  'What is 7 times 8?',
  'Say <|im_end|> and nothing else.',
];

const maxTokens = 40;
const cache = join(homedir(), '.cache', 'luci-dev');
const usual = ['qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf', 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf'].map((name) => join(cache, name));
const { values, positionals: given } = parseArgs({ allowPositionals: true, options: { prompts: { type: 'string', default: '40' } } });
const prompts = allPrompts.slice(0, Number(values.prompts));
const models = (given.length > 0 ? given : usual).filter((path) => existsSync(path));
const program = findLlamaServer();
if (program === undefined || models.length === 0) {
  process.stderr.write('There is no llama-server, or no model, on this machine: npm run llama-server, and paths of models behind --\n');
  process.exitCode = 1;
} else for (const path of models) await compare(path, program);

/** Asks both, one after the other, and tells each difference. */
async function compare(path: string, server: string): Promise<void> {
  const own = await answers(path, 'embedded', server);
  const theirs = await answers(path, 'llama-server', server);
  const differing = prompts.filter((_, index) => own[index]?.text !== theirs[index]?.text);
  const isAlikeAsked = (_: string, index: number): boolean => own[index]?.promptTokens === theirs[index]?.promptTokens;
  for (const prompt of differing) {
    const index = prompts.indexOf(prompt);
    process.stdout.write(
      `${prompt}\n  embedded:     ${JSON.stringify(own[index]?.text)}\n  llama-server: ${JSON.stringify(theirs[index]?.text)}\n`,
    );
  }
  const alike = prompts.filter(isAlikeAsked).length;
  process.stdout.write(`${basename(path)}: ${prompts.length - differing.length} of ${prompts.length} answers are the same, `);
  process.stdout.write(`${alike} of ${prompts.length} prompts have as many tokens\n`);
}

interface Said {
  readonly text: string;
  readonly promptTokens: number;
}

async function answers(model: string, engine: 'embedded' | 'llama-server', server: string): Promise<Said[]> {
  const home = await mkdtemp(join(tmpdir(), 'luci-models-'));
  const overrides = { home, offline: true, engine, contextLength: 2048, keepAliveSeconds: 20 } as const;
  await using luci = createLuci(resolveSettings(overrides, { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: server }));
  const said: Said[] = [];
  try {
    await using session = await luci.open(model);
    for (const prompt of prompts) {
      let [text, promptTokens] = ['', 0];
      const request = { messages: [{ role: 'user', content: prompt }], sampling: { temperature: 0 }, maxTokens } as const;
      for await (const event of session.generate(request)) {
        if (event.type === 'text') text += event.text;
        if (event.type === 'end') promptTokens = event.usage.promptTokens;
      }
      said.push({ text, promptTokens });
      process.stderr.write(`\r${engine} ${said.length} of ${prompts.length}`);
    }
  } finally {
    process.stderr.write('\n');
    await luci.engine.stop();
    await rm(home, { recursive: true, force: true });
  }
  return said;
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { findPythonClients } from '../fixtures/python-clients.ts';
import { findRealModel } from '../fixtures/real-model.ts';
import { post, type Served, serveTiny } from './served.ts';

/** lm-evaluation-harness, unchanged, measures models through `luci serve`; its numbers are held to those that the fixture's weights say. */

const programs = findPythonClients();
const task = join(import.meta.dirname, 'lm-eval');

let served: Served | undefined;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci-lm-eval-'));
});
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** What the harness writes of a question: for each answer its log-likelihood and whether each token of it was the likeliest. */
interface Sample {
  readonly doc_id: number;
  readonly resps: readonly (readonly [readonly [logLikelihood: string, isGreedy: string]])[];
  readonly acc: number;
}

/** Runs the task in `folder`. */
async function evaluated(model: string, more = '', flags: readonly string[] = []): Promise<readonly Sample[]> {
  const output = await mkdtemp(join(folder, 'out-'));
  const args = ['--model', 'local-completions', '--tasks', 'plain_facts', '--include_path', '.', '--output_path', output, '--log_samples'];
  const modelArgs = `base_url=${served?.url}/v1/completions,model=${model},tokenizer_backend=remote${more}`;
  const env = { ...process.env, HF_HOME: join(folder, 'hf'), HF_HUB_OFFLINE: '1', HF_DATASETS_OFFLINE: '1' };
  await promisify(execFile)(join(programs ?? '', 'lm_eval'), [...args, ...flags, '--model_args', modelArgs], {
    cwd: folder,
    env,
    maxBuffer: 2 ** 26,
  });
  const names = await readdir(output, { recursive: true });
  const path = join(output, names.find((name) => /samples_.*\.jsonl$/.test(name)) ?? '');
  const samples = (await readFile(path, 'utf8')).trim().split('\n');
  return samples.map((line) => JSON.parse(line) as Sample).sort((a, b) => a.doc_id - b.doc_id);
}

const likelihoods = ({ resps }: Sample): readonly number[] => resps.map(([[log]]) => Number(log));

test.skipIf(programs === undefined)(
  'an answer has the likelihood that the weights of the fixture say, as tokens and as text',
  async () => {
    served = await serveTiny();
    await writeFile(join(folder, 'task.yaml'), `${await readFile(join(task, 'plain-facts.yaml'), 'utf8')}\ntarget_delimiter: ""\n`);
    // After a stop the mark of the end is sure; any other character is e^-30 as likely as a word that no text spells.
    const asked = [
      { question: 'H.', choices: ['<|im_end|>', 'no', '.', '.<|im_end|>'], answer: 0 },
      { question: 'Grüße 世界', choices: ['no', 'n', 'ß'], answer: 1 },
    ];
    await writeFile(join(folder, 'plain-facts.jsonl'), asked.map((one) => `${JSON.stringify(one)}\n`).join(''));
    for (const [more = '', ...flags] of [[], [',tokenized_requests=False', '--batch_size', '3']]) {
      const samples = await evaluated('tiny', more, flags);
      for (const [index, expected] of [
        [0, -60, -30, -30],
        [-60, -30, -60],
      ].entries())
        expect(
          likelihoods(samples[index] as Sample).map((log) => Math.round(log) + 0),
          more,
        ).toEqual(expected);
      expect(samples.map(({ acc }) => acc)).toEqual([1, 1]);
      expect(samples[0]?.resps.map(([[, isGreedy]]) => isGreedy)).toEqual(['True', 'False', 'False', 'False']);
    }
  },
  900_000,
);

interface Question {
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

/** The file that `llama-perplexity --multiple-choice` reads: counts, places, then texts with their lengths, as little-endian numbers of 32 bits. */
function choicesFile(questions: readonly Question[]): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const words = (value: string): Buffer => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
  const answers = ({ choices, answer }: Question): Buffer =>
    Buffer.concat([number(choices.length), ...choices.map(words), ...choices.map((_, index) => number(Number(index === answer)))]);
  const tasks = questions.map((one) => Buffer.concat([words(one.question), answers(one), answers(one)]));
  const first = 4 + 4 * tasks.length;
  const places = tasks.map((_, index) => first + tasks.slice(0, index).reduce((sum, { length }) => sum + length, 0));
  return Buffer.concat([number(tasks.length), ...places.map(number), ...tasks]);
}

/** What llama.cpp's own program says of the questions: right answers in a hundred, and its error. */
async function scoreOfPerplexity(program: string, model: string, questions: readonly Question[]): Promise<readonly number[]> {
  const file = join(folder, 'choices.bin');
  await writeFile(file, choicesFile(questions));
  const args = ['-m', model, '-bf', file, '--multiple-choice', '-c', '2048', '-t', '2', '--parallel', '16'];
  const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 26 });
  const [, ...found] = /Final result: ([\d.]+) \+\/- ([\d.]+)/.exec(stdout + stderr) ?? [];
  expect(found).toHaveLength(2);
  return found.map(Number);
}

const perplexity = join(dirname(findLlamaServer() ?? ''), 'llama-perplexity');
const real = findRealModel('SmolLM2-135M-Instruct.Q4_1.gguf');

// The program of llama.cpp divides by tokens, the harness by characters or not at all: its likelihoods are divided here.
test.skipIf(programs === undefined || real === undefined || !existsSync(perplexity))(
  'a real model has the score that llama.cpp’s own program gives it, within its error',
  async () => {
    // The harness names no model where it asks for tokens: the only one there is.
    served = await serveTiny({
      async prepare(home) {
        await rm(join(home, 'models', 'tiny.gguf'));
        await copyFile(real ?? '', join(home, 'models', 'real.gguf'));
      },
    });
    for (const name of ['plain-facts.yaml', 'plain-facts.jsonl'])
      await writeFile(join(folder, name), await readFile(join(task, name), 'utf8'));
    const lines = (await readFile(join(task, 'plain-facts.jsonl'), 'utf8')).trim().split('\n');
    const questions = lines.map((line) => JSON.parse(line) as Question);
    const [score = 0, error = 0] = await scoreOfPerplexity(perplexity, real ?? '', questions);
    const count = async (prompt: string): Promise<number> =>
      ((await post(`${served?.url}/tokenize`, { model: 'real', prompt })).body as { count: number }).count;
    const samples = await evaluated('real');
    let right = 0;
    for (const [index, { resps }] of samples.entries()) {
      const { question, choices, answer } = questions[index] as Question;
      const before = await count(question);
      const each: number[] = [];
      for (const [at, choice] of choices.entries())
        each.push(Number(resps[at]?.[0][0]) / ((await count(`${question} ${choice}`)) - before));
      if (each.indexOf(Math.max(...each)) === answer) right += 1;
    }
    expect(samples).toHaveLength(40);
    expect(Math.abs((100 * right) / samples.length - score)).toBeLessThanOrEqual(error);
    expect(score).toBeGreaterThan(60);
  },
  900_000,
);

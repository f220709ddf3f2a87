import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPythonClients } from '../fixtures/python-clients.ts';
import { type Served, serveTiny } from './served.ts';

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

// npm run bench:python: how long a process for one answer in Python takes until its answer is there, with and without the image of its memory.

import { pythonLimits } from '../src/tiers/sandbox/python.ts';
import { pythonImage } from '../src/tiers/sandbox/python-image.ts';
import { startPython } from '../src/tiers/sandbox/python-process.ts';
import { makePythonPart } from '../test/fixtures/python-part.ts';
import { markdown } from './paired.ts';

const rounds = 7;
const job = { source: 'def add(a, b): return a + b', name: 'add', calls: '[[2, 3]]' };
await using part = await makePythonPart();
const startedAt = performance.now();
const image = await pythonImage(part.folder);
const madeMs = performance.now() - startedAt;

const times: [withImage: number[], without: number[]] = [[], []];
for (let round = 0; round < rounds; round += 1)
  for (const [index, path] of [image, undefined].entries()) {
    const begin = performance.now();
    const result = await startPython(part.folder, path, pythonLimits).run(job);
    if (!('done' in result)) throw new Error(result.failed);
    times[index]?.push(performance.now() - begin);
  }
const median = (values: readonly number[]): string => `${Math.round([...values].sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0)} ms`;
const rows = [
  ['with the image', median(times[0])],
  ['without', median(times[1])],
  ['making the image, once', `${Math.round(madeMs)} ms`],
];
process.stdout.write(`${markdown(['a process and its answer', 'median'], rows)}\n`);

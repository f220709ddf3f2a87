// npm run test:slow-tail [-- --mixes 200 --from 1 --at-once 4]: downloads over mixes of bad connections, see slow-tail.test.ts.
import { parseArgs } from 'node:util';
import { downloadMix, type MixResult } from './download-mix.ts';

const { values } = parseArgs({
  options: {
    mixes: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '4' },
  },
});
const first = Number(values.from);
const seeds = Array.from({ length: Number(values.mixes) }, (_, index) => first + index);
const results: MixResult[] = [];

async function work(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const result = await downloadMix(seed);
    results.push(result);
    if (isGood(result)) continue;
    process.exitCode = 1;
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

function isGood({ isRight, ms, limitMs, moreOften }: MixResult): boolean {
  return isRight && ms < limitMs && moreOften < 0.01;
}

await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
const shares = results.map(({ ms, limitMs }) => ms / limitMs).sort((a, b) => a - b);
const again = results.map(({ twice }) => twice);
process.stdout.write(
  `${results.filter(isGood).length} of ${results.length} within the limits; of the time allowed the slowest took ${percent(shares.at(-1))}, ` +
    `the median ${percent(shares[shares.length >> 1])}; received twice at most ${percent(Math.max(...again))} of a file\n`,
);

function percent(share = 0): string {
  return `${(share * 100).toFixed(0)} %`;
}

// npm run bench:builds -- --against FOLDER [--model FILE --rounds 5]: what users wait for, by this build and by the one of another checkout
// (its dist/cli.cjs), in paired rounds: a start, answers, prompts, a download. A ratio is this build's figure divided by the other's.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installCommand, makeFile, startServer } from './download-parts.ts';
import { markdown, median } from './paired.ts';

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    model: { type: 'string', default: join(homedir(), '.cache', 'luci-dev', 'SmolLM2-135M-Instruct.Q4_1.gguf') },
    rounds: { type: 'string', default: '5' },
    mib: { type: 'string', default: '512' },
  },
});
if (values.against === undefined) throw new Error('--against FOLDER: the checkout of the other build');
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), 'luci-bench-builds-'));

/** A build under test, with a home of its own that has the model. */
interface Build {
  readonly program: string;
  readonly home: string;
}

interface Usage {
  readonly promptTokensPerSecond: number;
  readonly generatedTokensPerSecond: number;
}

const [here, other] = [buildOf(process.cwd(), 'here'), buildOf(values.against, 'other')];
let asked = 0;

function buildOf(checkout: string, name: string): Build {
  const home = join(folder, name);
  mkdirSync(join(home, 'models'), { recursive: true });
  copyFileSync(values.model, join(home, 'models', 'model.gguf'));
  return { program: join(checkout, 'dist', 'cli.cjs'), home };
}

/** Runs a command of a build; what it printed, and after how long the first of it came. */
function luci({ program, home }: Build, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return new Promise<{ stdout: string; firstMs: number; totalMs: number }>((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, LUCI_HOME: home, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr, firstMs] = ['', '', 0];
    child.stdout.on('data', (piece: Buffer) => {
      firstMs ||= performance.now() - startedMs;
      stdout += piece;
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece;
    });
    child.on('close', (status) => {
      // A model that does not hold its tier ends with 8 or 9.
      if (status === 0 || status === 8 || status === 9) resolve({ stdout, firstMs, totalMs: performance.now() - startedMs });
      else reject(new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`));
    });
  });
}

async function usage(build: Build, question: string, maxTokens: number): Promise<Usage> {
  const { stdout } = await luci(build, ['ask', '-m', 'model', '--json', '--max-tokens', String(maxTokens), question]);
  return (JSON.parse(stdout) as { usage: Usage }).usage;
}

/** Each time of another process of the engine: where its memory comes to lie makes 10 % from one start to the next. */
async function answerRate(build: Build): Promise<number> {
  await luci(build, ['stop', '--all']);
  await usage(build, 'Hello.', 8);
  return (await usage(build, 'Tell me a long story about a mill.', 128)).generatedTokensPerSecond;
}

/** A question nobody has asked before, of about 620 tokens. */
function longQuestion(): string {
  asked += 1;
  return `${asked}. ${'The river runs past the mill and under the old bridge, where children of the village fish in the evening. '.repeat(28)}`;
}

async function installMs(build: Build, url: string, served: ReturnType<typeof makeFile>): Promise<number> {
  const { args, environment, home } = installCommand(folder, url, served, '');
  const { totalMs } = await luci({ ...build, home }, [...args.slice(1), '-q'], environment);
  return totalMs;
}

/** One number of each build in turn, after a round that does not count, as a row of the table. */
async function row(what: string, unit: string, measure: (build: Build) => Promise<number>): Promise<string[]> {
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round += 1) {
    const pair = [await measure(here), await measure(other)] as const;
    if (round < 0) continue;
    mine.push(pair[0]);
    theirs.push(pair[1]);
  }
  const digits = Math.min(...mine) < 100 ? 1 : 0;
  const ratio = median(mine.map((value, index) => value / (theirs[index] ?? Number.NaN)));
  return [what, `${median(mine).toFixed(digits)} ${unit}`, `${median(theirs).toFixed(digits)} ${unit}`, ratio.toFixed(2)];
}

try {
  const served = makeFile(folder, Number(values.mib));
  const { url, child } = await startServer(served, []);
  try {
    const rows = [
      await row('`luci list`', 'ms', async (build) => (await luci(build, ['list'])).totalMs),
      await row(
        '`luci ask`, engine running, to the first word',
        'ms',
        async (build) => (await luci(build, ['ask', '-m', 'model', '--max-tokens', '8', 'Name a river.'])).firstMs,
      ),
      await row('a prompt of about 620 tokens', 'tokens/s', async (build) => (await usage(build, longQuestion(), 1)).promptTokensPerSecond),
      await row('an answer of 128 tokens, engine started anew', 'tokens/s', answerRate),
      await row(`\`luci install\`, ${values.mib} MiB`, 'ms', (build) => installMs(build, url, served)),
    ];
    process.stdout.write(`${markdown(['what', 'this build', 'the other', 'ratio'], rows)}\n`);
  } finally {
    child.kill();
  }
} finally {
  for (const build of [here, other]) await luci(build, ['stop', '--all']).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
}

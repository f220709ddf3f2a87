// Speed of one model in bench/engine.ts: prompts, answers, and both while another program takes one core.
import { spawn } from 'node:child_process';
import type { Session } from '../src/engine/engine.ts';
import { fresh, inTurn, prompt, rounded, textOf, two } from './engine-questions.ts';
import { askSession, llamaBench, promptTokensPerSecond, type Server, tokensPerSecond } from './engine-rivals.ts';
import { markdown, median } from './paired.ts';

/** What is measured against what. */
export interface SpeedSides {
  readonly model: string;
  readonly session: Session;
  /** llama-server with one slot, started when a part needs it. */
  one(): Promise<Server>;
  readonly threads: number;
  readonly rounds: number;
  readonly llamaBenchProgram: string;
  /** A session of an engine process that has answered nothing yet; the process ends with it. */
  openFresh(how?: { readonly expectsSeveral?: boolean }): Promise<AsyncDisposable & { readonly session: Session }>;
}

const promptLength = 620;
const promptsInARow = 4;
const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** (b) Prompts that follow each other in a fresh process: what the first taught must not make the next slower. */
export async function prompts({ model, session, threads, rounds, llamaBenchProgram, openFresh }: SpeedSides): Promise<void> {
  const text = await textOf(session, promptLength);
  const rows: number[][] = Array.from({ length: promptsInARow }, () => []);
  const rival: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using fresh = await openFresh();
    const own = askSession(fresh.session);
    for (const row of rows) row.push(promptTokensPerSecond(await own(prompt(text))));
    rival.push(llamaBench(llamaBenchProgram, model, { threads, promptTokens: promptLength }));
  }
  out(`\nTokens read per second, prompts of ${promptLength} one after the other (goals 1.2 of llama-bench at 1.5B, 1.0 at 0.5B):\n`);
  const ratioOf = (row: readonly number[]): string => two(median(row.map((value, round) => value / (rival[round] ?? Number.NaN))));
  out(
    markdown(
      ['', 'tokens/s', 'luci / llama-bench'],
      [
        ...rows.map((row, index) => [`prompt ${index + 1} of a process`, rounded(median(row)), ratioOf(row)]),
        ['llama-bench', rounded(median(rival)), ''],
      ],
    ),
  );
}

/** (c) One answer of 128 tokens, after one that does not count: llama-bench warms up as well, and after a pause all are slower. */
export async function generation({ model, session, one, threads, rounds, llamaBenchProgram }: SpeedSides): Promise<void> {
  const own = askSession(session);
  const rival = await one();
  const tokens = 128;
  const warm = async (ask: typeof own): Promise<number> => {
    await ask(fresh(tokens));
    return tokensPerSecond(await ask(fresh(tokens)));
  };
  const { medians, ratios } = await inTurn(rounds, [
    () => warm(own),
    () => warm(rival.ask),
    () => llamaBench(llamaBenchProgram, model, { threads, tokens }),
  ]);
  out(`\nGenerated tokens per second, ${tokens} tokens (goals 0.95 of llama-server, and of llama-bench 0.95 at 1.5B and 1.0 at 0.5B):\n`);
  const names = ['luci', 'llama-server over HTTP', 'llama-bench'];
  out(
    markdown(
      ['', 'tokens/s', 'luci / it'],
      names.map((name, index) => [name, rounded(medians[index]), two(ratios[index])]),
    ),
  );
}

/** (d) The same while another program takes one core: prompts, answers as people ask for them, and as graded runs do. */
export async function busyCore({ model, session, one, threads, rounds, llamaBenchProgram }: SpeedSides): Promise<void> {
  const own = askSession(session);
  const rival = await one();
  const text = await textOf(session, promptLength);
  const other = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  const tokens = 64;
  try {
    const reading = await inTurn(rounds, [
      async () => promptTokensPerSecond(await own(prompt(text))),
      () => llamaBench(llamaBenchProgram, model, { threads, promptTokens: promptLength }),
    ]);
    const writing = await inTurn(rounds, [
      async () => tokensPerSecond(await own(fresh(tokens))),
      async () => tokensPerSecond(await own({ ...fresh(tokens), repeatable: true })),
      async () => tokensPerSecond(await rival.ask(fresh(tokens))),
    ]);
    const [asked, graded, served] = writing.medians;
    out('\nTokens per second while another program takes one core (goals 0.9 for prompts, 0.5 for repeatable answers):\n');
    out(
      markdown(
        ['', 'luci', 'rival', 'luci / it'],
        [
          [`prompt of ${promptLength}`, rounded(reading.medians[0]), `${rounded(reading.medians[1])}, llama-bench`, two(reading.ratios[1])],
          [`answer of ${tokens}`, rounded(asked), `${rounded(served)}, llama-server`, two((asked ?? 0) / (served ?? 0))],
          ['the same, repeatable', rounded(graded), `${rounded(served)}, llama-server`, two((graded ?? 0) / (served ?? 0))],
        ],
      ),
    );
  } finally {
    other.kill('SIGKILL');
  }
}

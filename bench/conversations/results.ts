import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { markdown, median } from '../paired.ts';
import type { ConversationResult } from './run-conversation.ts';

/** Results of a run, which may be had in pieces: each is a line of a file as soon as it is there. */

/** A line of it. */
export interface ResultLine extends ConversationResult {
  /** The model's file name. */
  readonly model: string;
}

/** The lines of a file that was not finished; none where there is no file. A line that was cut is left out, and had again. */
export function readResults(path: string | undefined): readonly ResultLine[] {
  if (path === undefined || !existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as ResultLine];
      } catch {
        return [];
      }
    });
}

/** Adds a line. */
export function addResult(path: string | undefined, line: ResultLine): void {
  if (path === undefined) return;
  // One that was cut must not run into this one.
  const isCut = existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'utf8'));
  appendFileSync(path, `${isCut ? '\n' : ''}${JSON.stringify(line)}\n`);
}

/** The figures of one model. */
export interface Figures {
  readonly model: string;
  readonly conversations: number;
  /** With the right folder and the right answers. */
  readonly right: number;
  /** Conversations that ask for changes, and those of them whose folder is right. */
  readonly fileRequests: number;
  readonly filesRight: number;
  /** Files that were changed or lost unasked. */
  readonly harmed: number;
  /** Changes that nobody asked for and that the question before them kept from happening. */
  readonly refused: number;
  readonly medianTurnSeconds: number;
  readonly generatedTokens: number;
}

/** The figures of results, a model each. */
export function figuresOf(lines: readonly ResultLine[]): readonly Figures[] {
  return [...new Set(lines.map(({ model }) => model))].map((model) => {
    const own = lines.filter((line) => line.model === model);
    const turns = own.flatMap((line) => line.turns);
    const files = own.filter((line) => line.asksForChange);
    return {
      model,
      conversations: own.length,
      right: own.filter(({ isRight }) => isRight).length,
      fileRequests: files.length,
      filesRight: files.filter(({ isStateRight }) => isStateRight).length,
      harmed: own.flatMap(({ harmed }) => harmed).length,
      refused: turns.reduce((sum, { refused }) => sum + refused, 0),
      medianTurnSeconds: median(turns.map(({ seconds }) => seconds)),
      generatedTokens: turns.reduce((sum, turn) => sum + turn.generatedTokens, 0),
    };
  });
}

/** They as a table. */
export function tableOf(figures: readonly Figures[]): string {
  const head = ['model', 'right', 'of the file requests', 'harm', 'kept from it by a question', 'median s a turn', 'tokens written'];
  const share = (part: number, of: number): string => `${part}/${of} (${of === 0 ? '-' : Math.round((part / of) * 100)} %)`;
  const rows = figures.map((row) => [
    row.model,
    share(row.right, row.conversations),
    share(row.filesRight, row.fileRequests),
    `${row.harmed}`,
    `${row.refused}`,
    row.medianTurnSeconds.toFixed(1),
    `${row.generatedTokens}`,
  ]);
  return markdown(head, rows);
}

import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { LuciError } from '../../base/errors.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import type { Verifier } from '../case.ts';
import { hasWhole } from '../grade/constraints.ts';
import { type OwnSuite, parseSuite } from './load-suite.ts';

/** A table of questions and answers (RFC 4180) as a suite: one case a row. */

/** How the answers of a table are held against what a model says. */
export type TableGrader = 'contains' | 'number' | 'json';

/** A table, and how it is graded. */
export interface QuestionTable {
  readonly path: string;
  readonly verify: TableGrader;
}

/** A suite that was made of a table. */
export interface TableSuite extends OwnSuite {
  /** What the person should know of the table. */
  readonly notes: readonly string[];
}

const maxBytes = 4 * 1024 ** 2;
/** Tokens of an answer: room for a paragraph before it. */
const maxTokens = 512;

/** Reads a table. Throws USAGE that names the line and what is wrong in it. */
export function readTable({ path, verify }: QuestionTable): TableSuite {
  const name = basename(path);
  const [head = [], ...rows] = rowsOf(textOf(path, name), name);
  const titles = head.map((title) => title.trim().toLowerCase());
  const [question, answer, id] = ['question', 'answer', 'id'].map((title) => titles.indexOf(title)) as [number, number, number];
  if (question < 0 || answer < 0)
    throw wrong(name, `its first line names the columns, and must have "question" and "answer"; found: ${head.join(', ').slice(0, 100)}`);
  if (rows.length === 0) throw wrong(name, 'there is no question in it');
  const read = rows.map((row, index) => ({
    id: (id >= 0 && row[id]?.trim()) || `row-${index + 2}`,
    question: row[question]?.trim() ?? '',
    answer: row[answer]?.trim() ?? '',
  }));
  const cases = read.map((row, index) => {
    if (row.question === '' || row.answer === '') throw wrong(name, `row ${index + 2}: question or answer is empty`);
    return caseOf(row, verify, `${name}: row ${index + 2}`);
  });
  const suite = nameOf(path);
  return { ...parseSuite(JSON.stringify({ suite, version: '1.0.0', cases }), name), notes: notesOn(read, verify) };
}

/** The file's name in the letters a suite may have. */
function nameOf(path: string): string {
  const letters = basename(path, extname(path)).replace(/[^A-Za-z0-9._-]+/g, '-');
  return letters.replace(/^[^A-Za-z0-9]+/, '').slice(0, 60) || 'table';
}

function textOf(path: string, name: string): string {
  try {
    if (statSync(path).size > maxBytes) throw new LuciError('USAGE', `${name} is larger than 4 MB.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isNotFound(error)) throw new LuciError('USAGE', `There is no table ${path}.`, { cause: error });
    throw diskError(error, path, 'read a table');
  }
}

function rowsOf(text: string, name: string): readonly (readonly string[])[] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    if (error instanceof CsvError) throw wrong(name, `it is no CSV: ${error.message}`);
    throw error;
  }
}

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** The row as a case of a suite file; an answer that could never be given is found out when it is played before the run. */
function caseOf({ id, question, answer }: Row, grader: TableGrader, place: string): unknown {
  const { verify, right, wrong: nearly } = answerOf(answer, grader, place);
  return { id, maxTokens, turns: [{ user: question, verify, oracle: { text: right }, wrong: [{ text: nearly }] }] };
}

function answerOf(answer: string, grader: TableGrader, place: string): { verify: Verifier; right: string; wrong: string } {
  if (grader === 'contains') return { verify: { kind: 'mentions', all: [answer] }, right: answer, wrong: '?' };
  if (grader === 'number') {
    if (!/^[-+]?\d+(\.\d+)?$/.test(answer)) throw wrong(place, `"${answer.slice(0, 60)}" is no number, as in 42 or 3.5`);
    const value = Number(answer);
    return { verify: { kind: 'number', value }, right: `Answer: ${value}`, wrong: `Answer: ${value + 1}` };
  }
  try {
    const want: unknown = JSON.parse(answer);
    return { verify: { kind: 'json', want }, right: answer, wrong: '{"no": "no"}' };
  } catch (error) {
    throw wrong(place, `"${answer.slice(0, 60)}" is no JSON`, error);
  }
}

/** Where the answer stands in the question, somebody who repeats the question is right. */
function notesOn(rows: readonly Row[], grader: TableGrader): readonly string[] {
  const held = grader === 'contains' ? rows.filter(({ question, answer }) => hasWhole(question, answer)).length : 0;
  return held === 0 ? [] : [`In ${held} of ${rows.length} rows the answer stands in the question: who repeats the question passes them.`];
}

function wrong(name: string, why: string, cause?: unknown): LuciError {
  return new LuciError('USAGE', `${name}: ${why}.`, { hint: 'The form: docs/testing.md', cause });
}

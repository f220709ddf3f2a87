import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import { shellWord } from '../../base/shell-word.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { type Certificate, certify, checkCertificate, newSigningKey } from '../../tiers/certificate.ts';
import { type Comparison, compareRuns, compareSeeds, isSeedPair, type SeedComparison } from '../../tiers/compare-runs.ts';
import { newestRun } from '../../tiers/find-run.ts';
import { type LintReport, lintSuite } from '../../tiers/own/lint.ts';
import { type OwnSuite, readSuite } from '../../tiers/own/load-suite.ts';
import { type Rescored, rescoreRun } from '../../tiers/rescore.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { listRunLogs, openRunLog, type ReadLog, readRunLog } from '../../tiers/run-log.ts';
import { openPython, type PythonSandbox } from '../../tiers/sandbox/python.ts';
import { isTierPassed } from '../../tiers/statistics.ts';
import { casesOf, ladderName, suiteVersion } from '../../tiers/suite.ts';

/** A run: the newest of a model by its name, a log by its path that ends in `.jsonl`, or a log of whatever name. */
export type RunReference = string | { readonly path: string };

/** What can be done with test runs that are over. Each takes names of tested models, or paths of logs. */
export interface TestingVerbs {
  /** Two runs; the same model with the public and another seed, or one name for these two, is a question of its own. */
  compare(first: RunReference, second?: RunReference): Comparison | SeedComparison;
  /** A run of a user's own suite takes the file of it. */
  rescore(reference: string, options?: { readonly suitePath?: string; readonly signal?: AbortSignal }): Promise<readonly Rescored[]>;
  /** What is wrong with a user's own suite, case by case. Throws USAGE for a file that has not the form of one. */
  lint(path: string, signal?: AbortSignal): Promise<LintReport>;
  /** One log out of several of the same model, suite and seed: shards, other machines. Returns its path. */
  merge(paths: readonly string[]): { readonly path: string; readonly answers: number };
  /** Writes a certificate a tier beside the logs; returns their paths. TESTS_INCOMPLETE for a run that asked no tier as a whole. */
  certify(reference: string): Promise<readonly string[]>;
  checkCertificate(path: string): Certificate;
}

/** The verbs on a folder of logs and a folder of keys. */
export function createTestingVerbs(
  logsFolder: string,
  keysFolder: string,
  pythonFolder: (signal?: AbortSignal) => Promise<string | undefined>,
): TestingVerbs {
  const find = (reference: RunReference): ReadLog => {
    if (typeof reference === 'string' && !reference.endsWith('.jsonl')) return newestRun(logsFolder, reference);
    const path = typeof reference === 'string' ? reference : reference.path;
    const log = readRunLog(path);
    if (!log) throw new LuciError('NOT_FOUND', `${path} is no log of a test run.`, { hint: 'luci test' });
    return log;
  };
  const pythonWhere = async (isNeeded: boolean, stop: { signal?: AbortSignal }): Promise<PythonSandbox | undefined> => {
    const folder = isNeeded ? await pythonFolder(stop.signal) : undefined;
    return folder === undefined ? undefined : openPython(folder, stop);
  };
  const pythonFor = ({ cases }: OwnSuite, stop: { signal?: AbortSignal }): Promise<PythonSandbox | undefined> =>
    pythonWhere(
      cases.some(({ needsPython }) => needsPython),
      stop,
    );
  return {
    compare(first, second) {
      const [a, b] = second === undefined && typeof first === 'string' ? seedPair(logsFolder, first) : [find(first), find(second ?? first)];
      return isSeedPair(a, b) ? compareSeeds(a, b) : compareRuns(a, b);
    },
    async rescore(reference, { suitePath, signal } = {}) {
      const log = find(reference);
      const suite = suitePath === undefined ? undefined : readSuite(suitePath);
      const stop = signal ? { signal } : {};
      await using python = suite ? await pythonFor(suite, stop) : await pythonWhere(log.run.language === 'python', stop);
      return rescoreRun(log, { suite, python, ...stop });
    },
    async lint(path, signal) {
      const suite = readSuite(path);
      const stop = signal ? { signal } : {};
      await using python = await pythonFor(suite, stop);
      return lintSuite(suite, { python, ...stop });
    },
    merge(paths) {
      const logs = paths.map(find);
      const [first] = logs;
      if (!first || logs.length < 2)
        throw new LuciError('USAGE', 'Merging takes two logs or more.', { hint: 'luci test merge a.jsonl b.jsonl' });
      const other = logs.find(
        ({ run }) =>
          run.suiteHash !== first.run.suiteHash ||
          run.modelSha256 !== first.run.modelSha256 ||
          run.seed !== first.run.seed ||
          run.language !== first.run.language,
      );
      if (other) throw new LuciError('USAGE', `${basename(other.path)} is of another model, suite, seed or language and cannot be merged.`);
      const answers = new Map<string, CaseResult>();
      for (const answer of logs.flatMap((log) => log.answers)) {
        const id = `${answer.caseId}#${answer.variant}`;
        if (!answers.has(id) || answers.get(id)?.status === 'error') answers.set(id, answer);
      }
      const log = openRunLog(logsFolder, { ...first.run, startedAt: new Date().toISOString() });
      for (const answer of answers.values()) log.write({ type: 'answer', ...answer });
      log.write({ type: 'end', at: new Date().toISOString() });
      return { path: log.path, answers: answers.size };
    },
    async certify(reference) {
      const log = find(reference);
      if (log.run.engine.startsWith('remote '))
        throw new LuciError('USAGE', `Nobody here can say which bytes answered as ${log.run.model}: a remote model gets no certificate.`, {
          hint: `luci test report ${shellWord(log.run.model)}`,
        });
      const whole = [...new Set(log.answers.map(({ tier }) => tier))].filter((tier) => isWhole(log, tier));
      if (whole.length === 0)
        throw new LuciError('TESTS_INCOMPLETE', `No tier of the newest run of ${log.run.model} was asked as a whole.`, {
          hint: `luci test ${shellWord(log.run.model)}`,
        });
      const key = await signingKey(keysFolder);
      const written: string[] = [];
      for (const certificate of certify({ ...log, answers: log.answers.filter(({ tier }) => whole.includes(tier)) }, key)) {
        const path = join(logsFolder, `${basename(log.path, '.jsonl')}.tier${certificate.tier}.certificate.json`);
        await writeFileAtomic(path, `${JSON.stringify(certificate, null, 1)}\n`).catch((error: unknown) => {
          throw diskError(error, path, 'write a certificate');
        });
        written.push(path);
      }
      return written;
    },
    checkCertificate(path) {
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no certificate ${path}.`, { hint: 'luci test certify MODEL' });
        throw diskError(error, path, 'read a certificate');
      }
      return checkCertificate(text, basename(path));
    },
  };
}

/** Whether every case of a tier was asked, or its verdict is certain without the rest: one case (--case, a shard, a run cut off) proves no tier. */
function isWhole({ run, answers, tiers }: ReadLog, tier: Tier): boolean {
  if (run.suite !== `${ladderName} ${suiteVersion}`) return true; // What a user's suite or another version holds is not known here.
  if (tiers.some((result) => result.tier === tier && result.sequential)) return true;
  const all = casesOf(tier).length * run.repeats;
  const own = answers.filter((answer) => answer.tier === tier);
  const passed = own.filter(({ status }) => status === 'pass').length;
  return own.length >= all || isTierPassed(passed, all) || !isTierPassed(all - (own.length - passed), all);
}

/** The newest run of a model with the public seed and its newest with another, of the same suite. */
function seedPair(logsFolder: string, name: string): readonly [ReadLog, ReadLog] {
  const logs = listRunLogs(logsFolder).flatMap((path) => readRunLog(path) ?? []);
  const own = logs.filter(({ run, answers }) => run.model === name && answers.length > 0);
  for (const log of own) {
    const other = own.find((candidate) => isSeedPair(log, candidate));
    if (other) return [log, other];
  }
  throw new LuciError('NOT_FOUND', `${name} has no two runs of the same suite, one with seed 0 and one with another.`, {
    hint: `luci test ${name} --seed random`,
  });
}

/** The machine's own key, made on first use. */
async function signingKey(keysFolder: string): Promise<string> {
  const path = join(keysFolder, 'certificates.pem');
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const key = newSigningKey();
    await writeFileAtomic(path, key, { mode: 0o600 }).catch((error: unknown) => {
      throw diskError(error, path, 'write the key of certificates');
    });
    return key;
  }
}

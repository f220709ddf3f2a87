import os from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from './base/atomic-file.ts';
import { LuciError } from './base/errors.ts';
import type { Sha256, Tier } from './base/model.ts';
import { diskError } from './base/system-error.ts';
import { version } from './base/version.ts';
import type { OpenOptions, Session } from './engine/engine.ts';
import type { MachineFacts } from './engine/machine.ts';
import type { ListedModel } from './install/choose-installed.ts';
import { recordProven } from './store/proven.ts';
import type { Language } from './tiers/case.ts';
import { answerProblems } from './tiers/own/lint.ts';
import { type OwnSuite, readSuite } from './tiers/own/load-suite.ts';
import { type PrivatePath, publishable } from './tiers/report/private-paths.ts';
import type { ReportedRun } from './tiers/report/report-data.ts';
import type { CaseResult, ModelResult, RunFacts } from './tiers/result.ts';
import { gradedSampling, thinkingTokens } from './tiers/run/run-case.ts';
import { type LadderEvent, plannedCases, runLadder } from './tiers/run/run-ladder.ts';
import { listRunLogs, openRunLog, type ReadLog, readRunLog } from './tiers/run-log.ts';
import { testJavaScript } from './tiers/sandbox/javascript.ts';
import { openPython, type PythonSandbox, testPython } from './tiers/sandbox/python.ts';
import { testSql } from './tiers/sandbox/sql.ts';
import { ladder, type Suite, type TierNumber } from './tiers/suite.ts';

/** `luci test`: installed models put to the tiers, with logs that a run that was cut off goes on from. */

/** What to test, and how. */
export interface TestOptions {
  /** Default: every installed and enabled model. */
  readonly models?: readonly string[];
  /** Last tier to try (default: the model's own). */
  readonly tier?: TierNumber;
  /** The tier that must be held (default: the model's own). */
  readonly minTier?: TierNumber;
  /** Variants of each case (default 1). */
  readonly repeats?: number;
  /** File of a suite of one's own, in place of the tiers. */
  readonly suitePath?: string;
  /** Default `0`, the comparable one. */
  readonly seed?: string;
  readonly caseIds?: readonly string[];
  /** What code is asked for in (default: Python where it was added, else JavaScript). */
  readonly language?: Language | 'auto';
  readonly all?: boolean;
  readonly fast?: boolean;
  /** No new case is begun after so long. */
  readonly maxMinutes?: number;
  readonly shard?: { readonly index: number; readonly count: number };
  /** Asked before a model whose test may take longer than half an hour; a no skips it. */
  readonly confirm?: (model: string, estimatedMs: number) => Promise<boolean>;
  /** Asks everything anew, also what a run that was cut off has answered. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TestEvent) => void;
}

/** News of a test. */
export type TestEvent =
  | {
      readonly type: 'plan';
      readonly models: readonly string[];
      readonly skipped: readonly string[];
      readonly seed: string;
      readonly repeats: number;
      readonly language: Language;
    }
  | {
      readonly type: 'model';
      readonly run: RunFacts;
      readonly tokensPerSecond: number;
      /** Whether it thinks before it answers. */
      readonly thinks: boolean;
      readonly estimatedMs: number;
      readonly logPath: string;
      readonly reused: number;
    }
  | (LadderEvent & { readonly model: string })
  | { readonly type: 'model-end'; readonly result: ModelResult };

/** What testing works with. */
export interface TestingTools {
  readonly stateFolder: string;
  readonly logsFolder: string;
  readonly list: () => Promise<readonly ListedModel[]>;
  readonly installedNames: (references: readonly string[]) => Promise<readonly string[]>;
  readonly digestOf: (name: string, signal?: AbortSignal) => Promise<Sha256>;
  readonly open: (name: string, options: OpenOptions) => Promise<Session>;
  readonly machine: () => Promise<MachineFacts>;
  /** Folder of Python, where that part was added. */
  readonly pythonFolder: (signal?: AbortSignal) => Promise<string | undefined>;
}

/** Tokens of the context every graded run has, where the model was trained for so many; a model that thinks has room for that too. */
const contextLength = 8192;

/** A test that takes longer is asked about first. */
const askAboveMs = 30 * 60_000;

/** Tests models one after the other. */
export async function testModels(tools: TestingTools, options: TestOptions = {}): Promise<readonly ModelResult[]> {
  const { signal, onEvent, repeats = 1, seed = '0', caseIds, suitePath } = options;
  const own = suitePath === undefined ? undefined : readSuite(suitePath);
  const suite = own ?? ladder;
  requireKnownCases(suite, caseIds);
  const folder = await pythonFor(tools, options);
  const installed = await tools.list();
  const named = options.models?.length ? await tools.installedNames(options.models) : undefined;
  const wanted = installed.filter((model) => (named ? named.includes(model.name) : model.problem === undefined));
  const chosen = wanted.filter(({ enabled }) => enabled);
  const skipped = wanted.filter(({ enabled }) => !enabled).map(({ name }) => name);
  const language = folder === undefined ? 'javascript' : 'python';
  onEvent?.({ type: 'plan', models: chosen.map(({ name }) => name), skipped, seed, repeats, language });
  if (chosen.length === 0) {
    const [disabled] = skipped;
    if (disabled !== undefined)
      throw new LuciError('MODEL_DISABLED', 'All of these models are disabled.', { hint: `luci llm enable ${disabled}` });
    throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed.', { hint: 'luci install smollm2-135m' });
  }
  const tested = Math.max(...chosen.map((model) => tiersOf(suite, model, options).lastTier));
  const reached = suite.tiers.filter((tier) => tier <= tested).flatMap((tier) => suite.casesOf(tier));
  const asksPython = reached.some(({ id, inPython }) => inPython && (caseIds?.includes(id) ?? true));
  const [javascript, sql, ...more] = await Promise.all([
    testJavaScript(signal),
    testSql(signal),
    // It takes seconds: only where it is going to be used.
    ...(folder && asksPython ? [testPython(folder, signal)] : []),
  ]);
  const sandboxes = { javascript, sql, ...(more[0] === undefined ? {} : { python: more[0] }) };
  if (Object.values(sandboxes).includes(false))
    throw new LuciError('TESTS_INCOMPLETE', 'The sandboxes do not work on this machine, so answers cannot be graded.', {
      details: sandboxes,
      ...(sandboxes.python === false ? { hint: 'luci test --language javascript' } : {}),
    });
  await using python = folder && asksPython ? await openPython(folder, signal ? { signal } : {}) : undefined;
  // Before any model is asked: a case that is wrong itself says nothing of a model.
  if (own) await requireSound(own, options);
  const results: ModelResult[] = [];
  for (const model of chosen) {
    const result = await testModel(tools, model, { suite, sandboxes, language, python }, options);
    if (result) results.push(result);
  }
  if (results.length === 0) throw new LuciError('NOT_CONFIRMED', 'Nothing was tested.', { hint: 'luci test --max-minutes 20' });
  return results;
}

/** Folder of Python where code is asked for in it. Throws NOT_FOUND where that was asked for and is not there. */
async function pythonFor({ pythonFolder }: TestingTools, { language = 'auto', signal }: TestOptions): Promise<string | undefined> {
  if (language === 'javascript') return undefined;
  const folder = await pythonFolder(signal);
  if (folder === undefined && language === 'python')
    throw new LuciError('NOT_FOUND', 'Python for tests was not added.', { hint: 'luci runtime add python' });
  return folder;
}

function tiersOf(
  suite: Suite,
  { entry }: ListedModel,
  { minTier, tier }: TestOptions,
): { readonly wantedTier: TierNumber; readonly lastTier: TierNumber } {
  const highest = (suite.tiers.at(-1) ?? 0) as TierNumber;
  if (!suite.isLadder) return { wantedTier: highest, lastTier: highest };
  const nativeTier = entry?.tier ?? 0;
  const wantedTier = (minTier ?? nativeTier) as TierNumber;
  return { wantedTier, lastTier: (tier ?? Math.max(wantedTier, nativeTier)) as TierNumber };
}

/** What all models of a run are asked with. */
interface Setting {
  readonly suite: Suite;
  readonly sandboxes: RunFacts['sandboxes'];
  readonly language: Language;
  readonly python: PythonSandbox | undefined;
}

async function testModel(
  tools: TestingTools,
  model: ListedModel,
  { suite, sandboxes, language, python }: Setting,
  options: TestOptions,
): Promise<ModelResult | undefined> {
  const { signal, onEvent, repeats = 1, seed = '0', caseIds, shard, fresh = false } = options;
  const stop = signal ? { signal } : {};
  const modelSha256 = await tools.digestOf(model.name, signal);
  const trained = model.facts?.contextLength ?? contextLength;
  let session = await tools.open(model.name, { contextLength: Math.min(contextLength, trained), ...stop });
  // The session that is open in the end.
  await using _ = { [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  const { tokensPerSecond, thinks } = await warmUp(session, signal);
  if (thinks && trained > contextLength) {
    await session[Symbol.asyncDispose]();
    session = await tools.open(model.name, { contextLength: Math.min(contextLength + mostThinkingTokens, trained), ...stop });
  }
  const { facts } = session;
  const nativeTier: Tier = model.entry?.tier ?? 0;
  const { physicalCores, totalMemoryBytes } = await tools.machine();
  const run: RunFacts = {
    type: 'run',
    version: 1,
    startedAt: new Date().toISOString(),
    luciVersion: version,
    suite: `${suite.name} ${suite.version}`,
    suiteHash: suite.hash,
    seed,
    repeats,
    model: model.name,
    modelSha256,
    quantization: model.facts?.quantization ?? model.entry?.quantization ?? 'unknown',
    nativeTier,
    engine: `${facts.kind} ${facts.version}`,
    device: facts.device,
    contextLength: facts.contextLength,
    toolPath: facts.supports.tools ? 'template' : 'grammar',
    sampling: { temperature: gradedSampling.temperature, seed: gradedSampling.seed },
    machine: { system: `${os.type()} ${os.release()} ${os.arch()}`, cores: physicalCores, memoryBytes: totalMemoryBytes },
    language,
    sandboxes,
  };
  const { wantedTier, lastTier } = tiersOf(suite, model, options);
  const earlier = fresh ? undefined : unfinished(tools.logsFolder, run);
  const known = new Map((earlier?.answers ?? []).filter(({ status }) => status !== 'error').map((answer) => [answer.key, answer]));
  const estimatedMs = estimateMs(suite, run, lastTier, { tokensPerSecond, thinks, known: known.size }, options);
  const mostMs = Math.min(estimatedMs, (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000);
  if (mostMs > askAboveMs && options.confirm && !(await options.confirm(model.name, mostMs))) return undefined;
  const log = openRunLog(tools.logsFolder, run, earlier?.path);
  onEvent?.({ type: 'model', run, tokensPerSecond, thinks, estimatedMs, logPath: log.path, reused: known.size });
  const result = await runLadder(session, {
    suite,
    run,
    wantedTier,
    lastTier,
    all: options.all ?? false,
    fast: options.fast ?? false,
    thinks,
    tokensPerSecond,
    known,
    ...(python ? { python } : {}),
    ...(caseIds ? { caseIds } : {}),
    ...(shard ? { shard } : {}),
    ...(options.maxMinutes === undefined ? {} : { endsAtMs: Date.now() + options.maxMinutes * 60_000 }),
    ...stop,
    onEvent: (event) => {
      if (event.type === 'case' && !event.isReused) log.write({ type: 'answer', ...event.result });
      if (event.type === 'tier') log.write({ type: 'tier', ...event.result });
      onEvent?.({ ...event, model: model.name });
    },
  });
  log.write({ type: 'end', at: new Date().toISOString() });
  // A part of the cases proves nothing of the whole.
  if (suite.isLadder && caseIds === undefined && shard === undefined && result.isComplete) {
    const top = result.tiers.find(({ tier }) => tier === result.provenTier);
    await recordProven(tools.stateFolder, model.name, {
      sha256: modelSha256,
      tier: result.provenTier,
      confirmed: top?.confirmed ?? false,
      suiteHash: run.suiteHash,
      abilities: abilityShares(suite, result.cases),
      at: run.startedAt,
    });
  }
  onEvent?.({ type: 'model-end', result });
  return result;
}

/** Share of right answers by ability. */
function abilityShares(suite: Suite, results: readonly CaseResult[]): Readonly<Record<string, number>> {
  const abilityOf = new Map(suite.tiers.flatMap((tier) => suite.casesOf(tier)).map(({ id, ability }) => [id, ability]));
  const counts = new Map<string, { passed: number; total: number }>();
  for (const { caseId, status } of results) {
    const ability = abilityOf.get(caseId) ?? 'other';
    const count = counts.get(ability) ?? { passed: 0, total: 0 };
    counts.set(ability, { passed: count.passed + (status === 'pass' ? 1 : 0), total: count.total + 1 });
  }
  return Object.fromEntries([...counts].map(([ability, { passed, total }]) => [ability, Math.round((passed / total) * 100) / 100]));
}

/** The newest log of the same run that has no end: its answers are used again. */
function unfinished(folder: string, run: RunFacts): { path: string; answers: readonly CaseResult[] } | undefined {
  for (const path of listRunLogs(folder)) {
    const log = readRunLog(path);
    if (!log || log.run.model !== run.model) continue;
    const isSame = (['suiteHash', 'seed', 'modelSha256', 'language'] as const).every((fact) => log.run[fact] === run[fact]);
    return isSame && !log.isEnded ? log : undefined;
  }
  return undefined;
}

const mostThinkingTokens = Math.max(...thinkingTokens);

/** Loads the weights and measures, 32 tokens; a model that thinks begins with it. */
async function warmUp(session: Session, signal: AbortSignal | undefined): Promise<{ tokensPerSecond: number; thinks: boolean }> {
  const messages = [{ role: 'user', content: 'Count from one to twenty in words.' }] as const;
  let text = '';
  let thinks = false;
  for await (const event of session.generate({ messages, maxTokens: 32, sampling: gradedSampling }, signal)) {
    if (event.type === 'thinking') thinks = true;
    if (event.type === 'text') text += event.text;
    if (event.type === 'end')
      return {
        tokensPerSecond: event.usage.generatedTokensPerSecond,
        thinks: thinks || /^\s*<(think|thinking|thought|reasoning)>/i.test(text),
      };
  }
  return { tokensPerSecond: 0, thinks };
}

/** About how long: answers and thinking take 45 % of their budget; prompts of 250 tokens are read five times as fast as text is written. */
function estimateMs(
  suite: Suite,
  run: RunFacts,
  lastTier: TierNumber,
  { tokensPerSecond, thinks, known }: { readonly tokensPerSecond: number; readonly thinks: boolean; readonly known: number },
  { caseIds, shard }: TestOptions,
): number {
  if (tokensPerSecond <= 0) return 0;
  const parts = { suite, run, ...(caseIds ? { caseIds } : {}), ...(shard ? { shard } : {}) };
  const tokens = suite.tiers
    .filter((tier) => tier <= lastTier)
    .flatMap((tier) =>
      plannedCases(tier, parts).map(({ definition }) => (definition.maxTokens + (thinks ? thinkingTokens[tier] : 0)) * 0.45 + 50),
    );
  const all = tokens.reduce((sum, count) => sum + count, 0);
  return (all / tokensPerSecond) * 1000 * (1 - Math.min(known, tokens.length) / Math.max(1, tokens.length));
}

/** Throws unless right answers pass and wrong ones fail in all that will be asked. */
async function requireSound(suite: OwnSuite, { repeats = 1, seed = '0', caseIds, signal }: TestOptions): Promise<void> {
  for (const own of suite.cases.filter(({ id }) => caseIds === undefined || caseIds.includes(id)))
    for (let variant = 0; variant < Math.min(repeats, own.variants); variant += 1) {
      const [problem] = await answerProblems(own.instance(seed, variant), signal);
      if (problem !== undefined)
        throw new LuciError('USAGE', `${suite.name}, case ${own.id}: ${problem}.`, { hint: 'luci test lint FILE tells of every case' });
    }
}

function requireKnownCases(suite: Suite, caseIds: readonly string[] | undefined): void {
  const known = suite.tiers.flatMap((tier) => suite.casesOf(tier)).map(({ id }) => id);
  const unknown = caseIds?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new LuciError('USAGE', `There is no case ${unknown}.`, { hint: `The cases: ${known.join(', ')}` });
}

/** The newest run of a model. */
export function newestRun(logsFolder: string, name: string): ReadLog {
  for (const path of listRunLogs(logsFolder)) {
    const log = readRunLog(path);
    if (log?.run.model === name && log.answers.length > 0) return log;
  }
  throw new LuciError('NOT_FOUND', `${name} was not tested yet.`, { hint: `luci test ${name}` });
}

/** Where a report goes, of whom it is, and what must not stand in it. */
export interface ReportOptions {
  readonly logsFolder: string;
  /** Default: `report.html` in the folder of logs. */
  readonly path?: string;
  /** JUnit XML besides. */
  readonly junitPath?: string;
  /** Default: all tested models, those of low tiers first. */
  readonly models?: readonly string[];
  readonly privatePaths?: readonly PrivatePath[];
}

/** Names of models that have a log, in order; they need not be installed any more. */
export function testedModels(logsFolder: string): readonly string[] {
  return [...new Set(listRunLogs(logsFolder).flatMap((path) => readRunLog(path)?.run.model ?? []))].sort();
}

/** Writes an HTML page of the newest runs. Returns where it is and which models are in it. */
export async function writeReport(options: ReportOptions): Promise<{ readonly path: string; readonly models: readonly string[] }> {
  const { logsFolder, path = join(logsFolder, 'report.html'), junitPath, models = [], privatePaths = [] } = options;
  const wanted = models.length > 0 ? models : testedModels(logsFolder);
  if (wanted.length === 0) throw new LuciError('NOT_FOUND', 'No model was tested yet.', { hint: 'luci test' });
  const runs = wanted.map((name) => newestRun(logsFolder, name)).map(({ run, tiers, answers }) => ({ run, tiers, cases: answers }));
  if (models.length === 0) runs.sort((a, b) => a.run.nativeTier - b.run.nativeTier);
  // The charts are loaded when a page is made.
  const { htmlReport } = await import('./tiers/report/html-report.ts');
  await write(path, htmlReport(publishable(runs, privatePaths), new Date().toISOString().slice(0, 10)));
  if (junitPath !== undefined) await writeJunit(junitPath, runs, privatePaths);
  return { path, models: wanted };
}

/** Writes JUnit XML. */
export async function writeJunit(path: string, results: readonly ReportedRun[], privatePaths: readonly PrivatePath[] = []): Promise<void> {
  const { junitReport } = await import('./tiers/report/junit.ts');
  await write(path, junitReport(publishable(results, privatePaths)));
}

async function write(path: string, text: string): Promise<void> {
  await writeFileAtomic(resolve(path), text).catch((error: unknown) => {
    throw diskError(error, path, 'write a report');
  });
}

import { LuciError } from '../../base/errors.ts';
import { isForVectors, makesNoText } from '../../engine/model-kind.ts';
import { type ListedModel, noneUsable } from '../../install/choose-installed.ts';
import { beyondSuite } from '../../tiers/beyond/beyond-suites.ts';
import { readTable } from '../../tiers/own/csv-suite.ts';
import { requireSound } from '../../tiers/own/lint.ts';
import { type OwnSuite, readSuite } from '../../tiers/own/load-suite.ts';
import type { ModelResult } from '../../tiers/result.ts';
import { openPython } from '../../tiers/sandbox/python.ts';
import { testSandboxes } from '../../tiers/sandbox/self-test.ts';
import { ladder, requireKnownCases, type Suite } from '../../tiers/suite.ts';
import { tiersOf } from './asked-tiers.ts';
import type { TestedModel, TestingTools, TestOptions } from './options.ts';
import { testModel } from './test-model.ts';

/** `luci test`: installed models put to the tiers, with logs that a run that was cut off goes on from. */

/** Tests models one after the other. */
export async function testModels(tools: TestingTools, options: TestOptions = {}): Promise<readonly ModelResult[]> {
  const { signal, onEvent, repeats = 1, seed = '0', caseIds } = options;
  const { suite, own, notes } = chosenSuite(options);
  requireKnownCases(suite, caseIds);
  const folder = suite.isLadder || own ? await pythonFor(tools, own, options) : undefined;
  const { chosen, skipped, broken } = await chooseModels(tools, options.models ?? []);
  if (chosen.length === 0) throw nothingToTest(skipped, broken);
  // A case of a user's own says itself what it asks for.
  const language = own || folder === undefined ? 'javascript' : 'python';
  const toKnow = [...notes, ...broken.map(({ name, problem }) => `${name} is passed over, it cannot be used: ${problem}`)];
  onEvent?.({ type: 'plan', models: chosen.map(({ name }) => name), skipped, seed, repeats, language, notes: toKnow });
  // Python takes seconds to try: only where it is going to be used.
  const usedFolder = asksPython(suite, chosen, options) ? folder : undefined;
  const sandboxes = await testSandboxes(usedFolder, signal);
  await using python = usedFolder === undefined ? undefined : await openPython(usedFolder, { signal });
  // Before any model is asked: a case that is wrong itself says nothing of a model.
  if (own) await requireSound(own, { repeats, seed, caseIds, signal, python });
  const results: ModelResult[] = [];
  for (const model of chosen) {
    const result = await testModel(tools, model, { suite, sandboxes, language, python }, options);
    if (result) results.push(result);
  }
  if (results.length === 0) throw new LuciError('NOT_CONFIRMED', 'Nothing was tested.', { hint: 'luci test --max-minutes 20' });
  return results;
}

/** What is asked. */
interface ChosenSuite {
  readonly suite: Suite;
  /** Where it is the user's. */
  readonly own?: OwnSuite;
  readonly notes: readonly string[];
}

function chosenSuite({ table, suitePath }: TestOptions): ChosenSuite {
  if (table) {
    const own = readTable(table);
    return { suite: own, own, notes: own.notes };
  }
  if (suitePath === undefined) return { suite: ladder, notes: [] };
  const beyond = beyondSuite(suitePath);
  if (beyond) return { suite: beyond, notes: [] };
  const own = readSuite(suitePath);
  return { suite: own, own, notes: [] };
}

function nothingToTest([disabled]: readonly string[], broken: readonly ListedModel[]): LuciError {
  if (disabled === undefined) return noneUsable(broken);
  return new LuciError('MODEL_DISABLED', 'All of these models are disabled.', { hint: `luci llm enable ${disabled}` });
}

/** Whether a case that some of these models will reach is answered in Python. */
function asksPython(suite: Suite, models: readonly TestedModel[], options: TestOptions): boolean {
  const lastTier = Math.max(...models.map((model) => tiersOf(suite, model, options).lastTier));
  const reached = suite.tiers.filter((tier) => tier <= lastTier).flatMap((tier) => suite.casesOf(tier));
  return reached.some(({ id, inPython, needsPython }) => (inPython || needsPython) && (options.caseIds?.includes(id) ?? true));
}

/** The models that are asked: those named, else all that are installed; what is disabled is skipped. */
async function chooseModels(
  tools: TestingTools,
  references: readonly string[],
): Promise<{ readonly chosen: readonly TestedModel[]; readonly skipped: readonly string[]; readonly broken: readonly ListedModel[] }> {
  const found = await Promise.all(references.map((reference) => tools.findRemote(reference)));
  const here = references.filter((_, index) => !found[index]);
  const named = here.length > 0 ? await tools.installedNames(here) : [];
  const all = await tools.list();
  const asked = all.filter(({ name, problem }) => (references.length > 0 ? named.includes(name) : problem === undefined));
  const broken = references.length > 0 ? [] : all.filter(({ enabled, problem }) => enabled && problem !== undefined);
  // Named by nobody, a model that makes no text is passed over; named, it is refused with what it is for.
  const textless = asked.filter(({ facts }) => isForVectors(facts?.kind));
  const [refused] = references.length > 0 ? textless : [];
  if (refused && isForVectors(refused.facts?.kind)) throw makesNoText(refused.name, refused.facts.kind);
  const wanted = asked.filter((model) => !textless.includes(model));
  return {
    chosen: [...wanted.filter(({ enabled }) => enabled), ...found.filter((model) => model !== undefined)],
    skipped: [...wanted.filter(({ enabled }) => !enabled), ...textless].map(({ name }) => name),
    broken,
  };
}

/**
 * Folder of Python where code is asked for in it. Throws NOT_FOUND where that was asked for and is not there; cases of a user's own that
 * cannot do without it are errors then, one by one.
 */
async function pythonFor(
  { pythonFolder }: TestingTools,
  own: OwnSuite | undefined,
  { language = 'auto', signal }: TestOptions,
): Promise<string | undefined> {
  if (own) return own.cases.some(({ needsPython }) => needsPython) ? pythonFolder(signal) : undefined;
  if (language === 'javascript') return undefined;
  const folder = await pythonFolder(signal);
  if (folder === undefined && language === 'python')
    throw new LuciError('NOT_FOUND', 'Python for tests was not added.', { hint: 'luci runtime add python' });
  return folder;
}

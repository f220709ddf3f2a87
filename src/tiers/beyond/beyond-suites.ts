import { createHash } from 'node:crypto';
import { LuciError } from '../../base/errors.ts';
import { waysOfAsking } from '../asking.ts';
import type { CaseDefinition, Instance } from '../case.ts';
import { graderVersion } from '../grade/grade.ts';
import { seededRandom } from '../random.ts';
import type { Suite } from '../suite.ts';
import { contextCases, wholeContext } from './context.ts';
import { languageCases } from './languages/languages.ts';
import { safetyCases } from './safety/safety.ts';

/** Suites beyond the ladder: abilities that no tier counts. They are named by one word. */

interface BeyondSuite {
  readonly version: string;
  readonly cases: readonly CaseDefinition[];
  /** Tokens of the context they are asked with, where the model was trained for so many. */
  readonly contextTokens?: number;
}

/** By the word that names them. */
const suites: Readonly<Record<string, BeyondSuite>> = {
  context: { version: '1.0.0', cases: contextCases, contextTokens: wholeContext },
  languages: { version: '1.0.0', cases: languageCases },
  safety: { version: '1.0.0', cases: safetyCases },
};

/** The suite of a word; undefined for what names none, such as a file. */
export function beyondSuite(word: string): Suite | undefined {
  return Object.hasOwn(suites, word) ? suiteOf(word, suites[word] as BeyondSuite) : undefined;
}

/** Whether a suite is one of these; a user's own may have the name of one. */
export function isBeyond({ name, hash }: Suite): boolean {
  return beyondSuite(name)?.hash === hash;
}

function suiteOf(name: string, { version, cases, contextTokens }: BeyondSuite): Suite {
  const instance = ({ id, generate }: CaseDefinition, seed: string, variant: number): Instance =>
    generate(seededRandom(`luci-${name}/${version}/${id}/${seed}/${variant}`), 'javascript');
  const asked = cases.map((definition) => [definition.id, definition.maxTokens, instance(definition, 'hash', 0)]);
  return {
    name,
    version,
    hash: createHash('sha256')
      .update(JSON.stringify([version, graderVersion, waysOfAsking(), asked]))
      .digest('hex')
      .slice(0, 6),
    isLadder: false,
    tiers: [0],
    contextTokens,
    casesOf: (tier) => (tier === 0 ? cases : []),
    instanceOf(caseId, seed, variant) {
      const definition = cases.find(({ id }) => id === caseId);
      if (!definition) throw new LuciError('NOT_FOUND', `${name} has no case ${caseId}.`);
      return instance(definition, seed, variant);
    },
  };
}

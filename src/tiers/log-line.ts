import * as v from 'valibot';
import { allTiers } from '../base/model.ts';
import type { LogLine } from './run-log.ts';

/** Lines of logs are checked before anything believes them: logs of other machines are merged and reported too. */

const tier = v.picklist(allTiers);
const mode = v.picklist(['graded', 'diagnostic']);
const count = v.pipe(v.number(), v.minValue(0));
const optionalText = v.optional(v.string());

const run = v.looseObject({
  type: v.literal('run'),
  version: v.literal(1),
  startedAt: v.string(),
  luciVersion: v.string(),
  suite: v.string(),
  suiteHash: v.string(),
  seed: v.string(),
  repeats: count,
  shard: v.optional(v.object({ index: count, count })),
  model: v.string(),
  modelSha256: v.string(),
  quantization: v.string(),
  nativeTier: v.optional(tier),
  engine: v.string(),
  device: v.string(),
  contextLength: count,
  tokensPerSecond: v.optional(count),
  modelKind: v.optional(v.picklist(['chat', 'base', 'embedding', 'reranker'])),
  toolPath: v.string(),
  sampling: v.looseObject({ temperature: v.number(), seed: v.number() }),
  machine: v.looseObject({ system: v.string(), cores: count, memoryBytes: count }),
  language: v.optional(v.picklist(['javascript', 'python'])),
  sandboxes: v.looseObject({}),
});

const call = v.looseObject({ name: v.string(), isError: v.boolean(), content: v.string() });
const turn = v.looseObject({ user: v.string(), text: v.string(), thinking: optionalText, calls: v.optional(v.array(call)) });

const answer = v.looseObject({
  type: v.literal('answer'),
  key: v.string(),
  tier,
  mode,
  caseId: v.string(),
  ability: optionalText,
  variant: v.pipe(count, v.integer()),
  status: v.picklist(['pass', 'fail', 'error']),
  reason: optionalText,
  errorKind: v.optional(v.literal('budget')),
  evidence: optionalText,
  loosePass: v.boolean(),
  cutAtTokens: v.optional(count),
  turns: v.array(turn),
  generatedTokens: count,
  promptTokens: count,
  cachedTokens: count,
  rereadTokens: count,
  threads: v.optional(v.array(count)),
  seconds: count,
  promptSeconds: count,
  overheadSeconds: count,
});

const tierLine = v.looseObject({
  type: v.literal('tier'),
  tier,
  label: optionalText,
  mode,
  passed: count,
  failed: count,
  errors: count,
  budgetErrors: count,
  cutAnswers: v.optional(count),
  total: count,
  verdict: v.picklist(['pass', 'fail', 'incomplete']),
  interval: v.tuple([v.number(), v.number()]),
  confirmed: v.boolean(),
  sequential: v.boolean(),
  sure: v.optional(v.picklist(['pass', 'fail', 'open'])),
  repeats: count,
  caseCount: count,
  partOf: v.optional(count),
  failedCases: v.array(v.string()),
  errorCases: v.optional(v.array(v.string())),
});

const line = v.variant('type', [run, answer, tierLine, v.looseObject({ type: v.literal('end'), at: v.string() })]);

/** Whether a parsed line is one luci writes. */
export function isLogLine(value: unknown): value is LogLine {
  return v.is(line, value);
}

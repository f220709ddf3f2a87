import { type Agent, collect, type QueryOptions } from '../agent/agent.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import type { Luci } from '../app/luci.ts';
import type { CatalogedModel, ListedModel } from '../app/models.ts';
import type { TestEvent } from '../app/testing/options.ts';
import type { Tier } from '../base/model.ts';
import { withAdvice } from '../catalog/advised-sampling.ts';
import { searchCatalog } from '../catalog/find-model.ts';
import type { JsonSchema, LoadEvent, Sampling } from '../engine/engine.ts';
import { type CallContext, dataResult, type OfferedResult, type OfferedTool } from './offered-tool.ts';

/** The tools of `luci mcp` that are about models. */

type Arguments = Readonly<Record<string, unknown>>;

const text = (description: string): JsonSchema => ({ type: 'string', description });
const whole = (minimum: number, maximum: number, description: string): JsonSchema => ({ type: 'integer', minimum, maximum, description });
const modelArgument = text('name of an installed model; list_models has them (default: the default model)');

function schema(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Models a search tells without a limit. */
const searchLimit = 20;

/** `ask`, `list_models`, `test_model` and `search_catalog`. */
export function modelTools(luci: Luci): readonly OfferedTool[] {
  return [
    {
      name: 'ask',
      description: 'Ask a language model on this computer one question. It knows nothing of this conversation: say everything it needs.',
      parameters: schema(
        {
          prompt: text('the whole question, with any text it is about'),
          model: modelArgument,
          system: text('system prompt'),
          schema: { type: 'object', description: 'JSON schema: the answer is a JSON value of it' },
          maxTokens: whole(1, 100_000, 'longest answer, in tokens'),
        },
        ['prompt'],
      ),
      annotations: { title: 'Ask a local model', readOnlyHint: true, openWorldHint: false },
      run: (args, call) => ask(luci, args, call),
    },
    {
      name: 'list_models',
      description: 'The language models installed on this computer, with size, whether they fit, and the tier that tests have proven.',
      parameters: schema({}),
      annotations: { title: 'List installed models', readOnlyHint: true, openWorldHint: false },
      run: async () => dataResult({ models: (await luci.models.list()).map(installedFacts) }),
    },
    {
      name: 'test_model',
      description:
        'What tests have proven of an installed model. With run true it is tested now, tier by tier: this takes minutes, and reports progress.',
      parameters: schema(
        {
          model: text('name of an installed model'),
          run: { type: 'boolean', description: 'test it now (default: say what the newest test has shown)' },
          tier: whole(0, 3, 'last tier to try (default: its own)'),
          maxMinutes: { type: 'number', exclusiveMinimum: 0, description: 'begin no question after so long' },
        },
        ['model'],
      ),
      annotations: { title: 'Test a model', readOnlyHint: false, destructiveHint: false, openWorldHint: false },
      run: (args, call) => testModel(luci, args, call),
    },
    {
      name: 'search_catalog',
      description:
        'Find language models that can be installed with `luci install NAME`, the smallest of each tier first. Nothing is fetched.',
      parameters: schema({
        text: text('words that occur in the name, the family or the purposes, as in coder'),
        purpose: text('chat, instruct, code, tools, reasoning, vision or multilingual'),
        tier: whole(0, 3, 'of this tier only'),
        fits: { type: 'boolean', description: 'only what fits in the memory of this computer' },
        limit: whole(1, 500, `no more than so many (default ${searchLimit})`),
      }),
      annotations: { title: 'Search the catalogue', readOnlyHint: true, openWorldHint: false },
      run: (args) => search(luci, args),
    },
  ];
}

async function ask(luci: Luci, args: Arguments, { signal, tell }: CallContext): Promise<OfferedResult> {
  const {
    prompt,
    model,
    system,
    schema: jsonSchema,
    maxTokens,
  } = args as {
    readonly prompt: string;
    readonly model?: string;
    readonly system?: string;
    readonly schema?: JsonSchema;
    readonly maxTokens?: number;
  };
  const { name } = await luci.models.choose(model);
  const advised = withAdvice<Sampling>(name, {});
  // As `luci ask` does: the same question gets the same answer.
  const sampling = { ...advised, temperature: advised.temperature ?? 0, seed: 0 };
  await using agent = luci.agent({ model, onLoad: (event) => tell(loadingText(name, event)) });
  const options = { system, maxTokens, sampling, signal };
  tell(`${name} is asked`);
  return await (jsonSchema === undefined ? inText(agent, prompt, options, tell) : inJson(agent, prompt, jsonSchema, options));
}

function loadingText(name: string, event: LoadEvent): string {
  return event.type === 'loading' ? `${name} is loading, ${Math.round(event.fraction * 100)} %` : `${name} is getting ready`;
}

async function inText(agent: Agent, prompt: string, options: QueryOptions, tell: CallContext['tell']): Promise<OfferedResult> {
  const answer = await collect(toldOf(agent.stream(prompt, options), tell));
  const cut = answer.reason === 'length' ? '\n(The answer was cut by its limit of tokens.)' : '';
  return { text: answer.text + cut };
}

async function inJson(agent: Agent, prompt: string, schema: JsonSchema, options: QueryOptions): Promise<OfferedResult> {
  const value = await agent.json(prompt, schema, options);
  return { text: JSON.stringify(value), data: { value } };
}

/** The same events; how much was written is told on the way. */
async function* toldOf(events: AsyncIterable<AgentEvent>, tell: CallContext['tell']): AsyncGenerator<AgentEvent> {
  let characters = 0;
  for await (const event of events) {
    if (event.type === 'text' || event.type === 'thinking') characters += event.text.length;
    if (characters > 0) tell(`${characters} characters so far`);
    yield event;
  }
}

function installedFacts({ name, entry, facts, sizeBytes, fits, proven, enabled, isDefault, problem }: ListedModel): object {
  return {
    name,
    default: isDefault,
    enabled: enabled && problem === undefined,
    kind: facts?.kind ?? 'chat',
    purposes: entry?.purposes ?? [],
    tier: entry?.tier ?? null,
    provenTier: proven?.tier ?? null,
    sizeBytes,
    fits,
  };
}

async function testModel(luci: Luci, args: Arguments, { signal, tell }: CallContext): Promise<OfferedResult> {
  const {
    model,
    run = false,
    tier,
    maxMinutes,
  } = args as {
    readonly model: string;
    readonly run?: boolean;
    readonly tier?: Tier;
    readonly maxMinutes?: number;
  };
  if (!run) return knownResult(luci, model);
  const onLoad = (event: LoadEvent): void => tell(loadingText(model, event));
  const [result] = await luci.tests.run({ models: [model], tier, maxMinutes, signal, onLoad, onEvent: (event) => tellTest(event, tell) });
  const tiers = result?.tiers.map(({ tier, mode, verdict, passed, total, failedCases }) => ({
    tier,
    mode,
    verdict,
    passed,
    total,
    failedCases,
  }));
  return dataResult({ model, provenTier: result?.provenTier, holds: result?.holds, complete: result?.isComplete, tiers });
}

function tellTest(event: TestEvent, tell: CallContext['tell']): void {
  if (event.type === 'case-start') tell(`tier ${event.tier}: question ${event.done + 1} of ${event.total} (${event.caseId})`);
  if (event.type === 'tier') tell(`tier ${event.result.tier}: ${event.result.passed} of ${event.result.total} passed`);
}

async function knownResult(luci: Luci, reference: string): Promise<OfferedResult> {
  const { name } = await luci.models.installed(reference);
  const { proven, entry } = (await luci.models.list()).find((model) => model.name === name) ?? {};
  if (!proven)
    return {
      text: `${name} was not tested yet. Call test_model with run true, or run: luci test ${name}`,
      data: { model: name, tested: false },
    };
  const { tier: provenTier, missed, confirmed, abilities, at } = proven;
  return dataResult({ model: name, tested: true, tier: entry?.tier ?? null, provenTier, missed: missed ?? null, confirmed, abilities, at });
}

async function search(luci: Luci, args: Arguments): Promise<OfferedResult> {
  const {
    fits,
    limit = searchLimit,
    ...query
  } = args as {
    readonly text?: string;
    readonly purpose?: string;
    readonly tier?: Tier;
    readonly fits?: boolean;
    readonly limit?: number;
  };
  const found = new Set(searchCatalog(await luci.models.catalog(), query));
  const all = (await luci.models.cataloged()).filter(({ model, fits: fit }) => found.has(model) && (fits !== true || fit !== 'no'));
  return dataResult({ found: all.length, models: all.slice(0, limit).map(catalogFacts) });
}

function catalogFacts({ model, installed, sizeBytes, memoryBytes, fits }: CatalogedModel): object {
  const { name, tier, parametersB, quantization, purposes, license } = model;
  return { name, installed: installed !== undefined, tier, parametersB, quantization, purposes, license, sizeBytes, memoryBytes, fits };
}

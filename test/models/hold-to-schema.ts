import { isDeepStrictEqual } from 'node:util';
import type { Agent, QueryOptions } from '../../src/agent/agent.ts';
import { schemaInstructions } from '../../src/agent/schema-instructions.ts';
import { schemaProblem } from '../../src/agent/schema-problem.ts';
import type { Tool } from '../../src/agent/tool.ts';
import { isLuciError } from '../../src/base/errors.ts';
import type { JsonSchema } from '../../src/engine/engine.ts';
import { randomObjectSchema, randomSchema } from './random-schema.ts';

/** Holds a model to schemas that nobody wrote: as the form of its answer and as the arguments of a tool, streamed and as a whole. */

const question = 'Make up a value.';

/** What is wrong with what it wrote by the schema of a seed; nothing where all is as it must be, or where the limit of tokens cut it. */
export async function faultsOfSeed(agent: Agent, seed: string, options: QueryOptions): Promise<readonly string[]> {
  return [...(await answerFaults(agent, randomSchema(seed), options)), ...(await callFaults(agent, randomObjectSchema(seed), options))].map(
    (fault) => `seed ${seed}: ${fault}`,
  );
}

async function answerFaults(agent: Agent, schema: JsonSchema, options: QueryOptions): Promise<string[]> {
  const value = await agent.json(question, schema, options).catch((error: unknown) => error);
  if (isLuciError(value, 'ENGINE_FAILED') && value.details['reason'] === 'length') return [];
  if (value instanceof Error) return [`${value.message} ${JSON.stringify(schema)}`];
  let text = '';
  const told = `${question}\n\n${schemaInstructions(schema)}`;
  for await (const event of agent.stream(told, { ...options, jsonSchema: schema })) if (event.type === 'text') text += event.text;
  return isDeepStrictEqual(JSON.parse(text), value) ? [] : [`streamed ${text}, as a whole ${JSON.stringify(value)}`];
}

async function callFaults(agent: Agent, schema: JsonSchema, options: QueryOptions): Promise<string[]> {
  const faults: string[] = [];
  const called: unknown[][] = [];
  const said: string[] = [];
  for (const isStreamed of [false, true]) {
    const calls: unknown[] = [];
    const tool: Tool = {
      name: 'record',
      description: 'Records a value',
      parameters: schema,
      run: async (args) => {
        calls.push(args);
        return 'recorded';
      },
    };
    let text = '';
    const how: QueryOptions = { ...options, tools: [tool], toolChoice: 'required' };
    if (!isStreamed) text = await agent.query(question, how);
    else for await (const event of agent.stream(question, how)) if (event.type === 'text') text += event.text;
    called.push(calls);
    said.push(text);
    if (calls.length === 0 && !text.includes('cut by its limit of tokens'))
      faults.push(`no call of ${JSON.stringify(schema)}, but ${JSON.stringify(text)}`);
    for (const args of calls) {
      const problem = await schemaProblem(schema, args);
      if (problem !== undefined) faults.push(`${problem}: ${JSON.stringify(args)} for ${JSON.stringify(schema)}`);
    }
    if (/"(arguments|tool)"\s*:/.test(text)) faults.push(`a call as text: ${text}`);
  }
  if (!isDeepStrictEqual(called[0], called[1]) || said[0] !== said[1]) faults.push(`differs: ${JSON.stringify({ called, said })}`);
  return faults;
}

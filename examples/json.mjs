// A value of a JSON schema, forced by a grammar: node examples/json.mjs [MODEL]
import { LlamafileAgent } from 'luci';

const town = {
  type: 'object',
  properties: { name: { type: 'string' }, country: { type: 'string' }, inhabitants: { type: 'integer' } },
  required: ['name', 'country', 'inhabitants'],
  additionalProperties: false,
};

const agent = new LlamafileAgent(process.argv[2] ?? {});
try {
  console.log(JSON.stringify(await agent.json('Describe a town by a river.', town, { maxTokens: 200 })));
} finally {
  await agent.close();
}

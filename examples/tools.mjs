// A tool of one's own: what the model may call, and what happens then. node examples/tools.mjs [MODEL]
import { LlamafileAgent } from 'luci';

const clock = {
  name: 'clock',
  description: 'Tells the time in a town.',
  parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'], additionalProperties: false },
  run: async ({ town }) => `It is ${new Date().toISOString().slice(11, 16)} UTC; ${town} may differ.`,
};

const agent = new LlamafileAgent(process.argv[2] ?? {});
try {
  for await (const event of agent.stream('What time is it in Oslo?', { tools: [clock], maxTokens: 200 })) {
    if (event.type === 'tool-call') console.log(`the model calls ${event.call.name} with ${JSON.stringify(event.call.arguments)}`);
    if (event.type === 'text') process.stdout.write(event.text);
  }
  console.log();
} finally {
  await agent.close();
}

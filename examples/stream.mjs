// The answer while it comes, and how fast it came: node examples/stream.mjs [MODEL]
import { LlamafileAgent } from 'luci';

const agent = new LlamafileAgent(process.argv[2] ?? {});
try {
  for await (const event of agent.stream('Tell me a very short story.', { maxTokens: 200 })) {
    if (event.type === 'text') process.stdout.write(event.text);
    if (event.type === 'end') console.log(`\n(${event.usage.generatedTokens} tokens, ended by ${event.reason})`);
  }
} finally {
  await agent.close();
}

// One question, one answer: node examples/ask.mjs [MODEL] — a name, or the path of a .gguf file; default: the model luci would choose.
import { LlamafileAgent } from 'luci';

const agent = new LlamafileAgent(process.argv[2] ?? {});
try {
  console.log(await agent.query('Name the capital of France.'));
} finally {
  await agent.close();
}

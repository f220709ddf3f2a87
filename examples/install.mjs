// Installs a model with its progress, and lists what is there: node examples/install.mjs [MODEL or PATH]
import { createLuci } from 'luci';

const luci = createLuci();
const word = process.argv[2] ?? 'smollm2-135m';
try {
  if (word.endsWith('.gguf')) await luci.importFile(word);
  else {
    const [model] = await luci.resolve([word]);
    await luci.install(model, { onEvent: ({ type }) => console.error(type) });
  }
  for (const { name, sizeBytes, fits } of await luci.list()) console.log(`${name}: ${sizeBytes} bytes, fits: ${fits}`);
} finally {
  await luci[Symbol.asyncDispose]();
}

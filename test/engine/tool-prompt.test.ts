import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definitionOf, templateDefinitionOf } from '../../src/agent/tool.ts';
import { toolInstructions, withToolsAsText } from '../../src/agent/tool-format.ts';
import { builtInTools } from '../../src/agent/tools/built-in-tools.ts';
import { openWorkspace } from '../../src/agent/workspace/workspace.ts';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { ChatMessage, ToolDefinition } from '../../src/engine/engine.ts';
import { findRealModel } from '../fixtures/real-model.ts';

/** Where the real tokenizer is not here: characters a token has in these texts at the least, and tokens of a template around them. */
const minCharactersPerToken = 4;
const templateTokens = 195;

test('the prompt with the built-in tools has at most 600 tokens, in the model’s own way and told as text', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'luci-prompt-'));
  try {
    const definitions = builtInTools(await openWorkspace(folder, folder), async () => ({})).map(definitionOf);
    const bounds = boundsOf(definitions);
    const path = findRealModel('qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf');
    const counts = path === undefined ? bounds : await realCounts(path, folder, definitions);
    for (const [index, count] of counts.entries()) {
      expect(count).toBeLessThanOrEqual(600);
      expect(count).toBeLessThanOrEqual(bounds[index] ?? 0);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function boundsOf(definitions: readonly ToolDefinition[]): readonly number[] {
  const wire = definitions
    .map(templateDefinitionOf)
    .map((tool) => JSON.stringify({ type: 'function', function: tool }))
    .join('\n');
  return [wire, toolInstructions(definitions)].map(({ length }) => Math.ceil(length / minCharactersPerToken) + templateTokens);
}

/** By the engine, with the template of the model around. */
async function realCounts(modelPath: string, home: string, definitions: readonly ToolDefinition[]): Promise<readonly number[]> {
  await using luci = createLuci(resolveSettings({ home, offline: true, engine: 'embedded', contextLength: 1024, keepAliveSeconds: 5 }, {}));
  try {
    await using session = await luci.open(modelPath);
    const messages: ChatMessage[] = [{ role: 'user', content: 'Hi' }];
    const counts = [
      await session.countTokens(messages, definitions.map(templateDefinitionOf)),
      await session.countTokens(withToolsAsText(messages, definitions)),
    ];
    process.stderr.write(`tokens of a prompt with the built-in tools: ${counts.join(' in the model’s own way, ')} told as text\n`);
    return counts;
  } finally {
    await luci.engine.stop();
  }
}

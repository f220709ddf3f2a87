import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toldTools } from '../../src/agent/told-tools.ts';
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

/** Each asks for other tools; the last ones for the largest. */
const questions = [
  'Hi',
  'Find it and replace it',
  'Copy it and add a line',
  'Find all files, how large are they?',
  'Show the last 5 lines',
  'Add a line at the end, move and copy it',
  'Replace it in the last two lines',
];

test('what is told of the built-in tools has with a prompt at most 600 tokens, in the model’s own way and as text, whatever is asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'luci-prompt-'));
  try {
    const tools = builtInTools(await openWorkspace(folder, folder), async () => ({}));
    const told = questions.map((content) => toldTools(tools, [{ role: 'user', content }]).map(definitionOf));
    expect(new Set(told.flat().map(({ name }) => name)).size).toBe(tools.length);
    const bounds = told.map(boundsOf);
    const path = findRealModel('qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf');
    const counts = path === undefined ? bounds : await realCounts(path, folder, told);
    for (const [question, counted] of counts.entries())
      for (const [index, count] of counted.entries()) {
        expect(count, questions[question]).toBeLessThanOrEqual(600);
        expect(count, questions[question]).toBeLessThanOrEqual(bounds[question]?.[index] ?? 0);
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
async function realCounts(
  modelPath: string,
  home: string,
  told: readonly (readonly ToolDefinition[])[],
): Promise<readonly (readonly number[])[]> {
  await using luci = createLuci(resolveSettings({ home, offline: true, engine: 'embedded', contextLength: 1024, keepAliveSeconds: 5 }, {}));
  try {
    await using session = await luci.open(modelPath);
    const messages: ChatMessage[] = [{ role: 'user', content: 'Hi' }];
    const counts: (readonly number[])[] = [];
    for (const definitions of told)
      counts.push([
        await session.countTokens(messages, definitions.map(templateDefinitionOf)),
        await session.countTokens(withToolsAsText(messages, definitions)),
      ]);
    const most = [0, 1].map((way) => Math.max(...counts.map((counted) => counted[way] ?? 0)));
    process.stderr.write(
      `tokens of a prompt with what is told of the tools, at most: ${most.join(' in the model’s own way, ')} told as text\n`,
    );
    return counts;
  } finally {
    await luci.engine.stop();
  }
}

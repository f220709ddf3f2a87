import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readChatTemplate } from '../../../src/engine/embedded/template/chat-template.ts';
import { templateMessagesOf, templateToolsOf } from '../../../src/engine/embedded/template/template-messages.ts';
import { templateCases } from './cases.ts';
import { knownDifferences } from './differences.ts';

const folder = join(import.meta.dirname, 'recordings');
const files = readdirSync(folder).map((name) => name.replace(/\.json$/, ''));
const tokens = { bosToken: '<|im_start|>', eosToken: '<|im_end|>' };

interface Recording {
  readonly template: string;
  readonly recordedAt: string;
  readonly renderings: Readonly<Record<string, string | null>>;
}

test('templates of at least sixty models were recorded', () => {
  expect(files.length).toBeGreaterThanOrEqual(60);
});

test.each(files)('%s is rendered as llama-server renders it', (name) => {
  const { template, recordedAt, renderings } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Recording;
  const nowMs = new Date(`${recordedAt}T12:00:00`).getTime();
  const read = readChatTemplate(template, tokens);
  const differing: string[] = [];
  for (const [title, { messages, tools, thinking }] of Object.entries(templateCases)) {
    const input = { messages: templateMessagesOf(messages), tools: templateToolsOf(tools), thinking, nowMs, addGenerationPrompt: true };
    if (rendering(() => read.render(input)) !== renderings[title]) differing.push(title);
  }
  expect(differing).toEqual(knownDifferences[name]?.cases ?? []);
});

/** Null where the template refuses a conversation, as the server does. */
function rendering(render: () => string): string | null {
  try {
    return render();
  } catch {
    return null;
  }
}

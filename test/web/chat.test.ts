import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../src/engine/engine.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { serveTiny } from '../serve/served.ts';
import { browserPath, openPage, slowSession, startBrowser, withoutBrowser } from './browser.ts';

/** Chats on the page, in a real browser against the real server. */

/** Something that is waited for until it is opened. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe.skipIf(browserPath === undefined)(`chats on the page (${withoutBrowser})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const ask = async (page: Page, question: string): Promise<void> => {
    await page.getByLabel('Your question').fill(question);
    await page.keyboard.press('Enter');
  };
  const idle = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).waitFor();

  test('a real model answers, and question and answer are there after a reload', async () => {
    await using served = await serveTiny();
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    await ask(page, 'Who are you?');
    await page.getByText(tinyReply).waitFor();
    await page.getByText(/\d+ tokens · [\d.]+ tokens\/s/).waitFor();
    await page.getByText(/of 2,048 tokens/).waitFor();
    await page.reload();
    await page.getByText(tinyReply).waitFor();
    expect(await page.locator('article.user').textContent()).toContain('Who are you?');
    expect(faults).toEqual([]);
  });

  test('a model elsewhere is offered apart from those of this machine, says where questions go, and answers', async () => {
    await using endpoint = await startOpenAiServer();
    await using served = await serveTiny({ environment: { BOX_KEY: endpoint.key } });
    await served.luci.remotes.add({ name: 'box', url: endpoint.url, keyEnv: 'BOX_KEY' });
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    await page.getByText('Everything stays on this machine.').waitFor();
    const choice = page.locator('.choice select');
    await choice.locator('optgroup[label=Elsewhere] option', { hasText: 'box/echo' }).waitFor({ state: 'attached' });
    expect(await choice.inputValue()).toBe('tiny');
    await choice.selectOption('box/echo');
    const { host } = new URL(endpoint.url);
    await page.getByText(`Questions to this model are sent to ${host}.`).waitFor();
    await ask(page, 'Say this back');
    await page.locator('article.assistant').getByText('Say this back').waitFor();
    await idle(page);
    await page.getByText(`sent to ${host}`, { exact: true }).waitFor();
    expect(endpoint.requests.filter(({ path }) => path.endsWith('/chat/completions'))).toHaveLength(1);
    await choice.selectOption('tiny');
    await ask(page, 'And you?');
    await page.getByText(tinyReply).waitFor();
    expect(await page.getByText(`sent to ${host}`, { exact: true }).count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('a stopped answer is kept, and is gone on with', async () => {
    const said = (messages: readonly ChatMessage[]) =>
      messages.length > 2 ? ['and the end.'] : Array.from({ length: 5000 }, (_, n) => `word${n} `);
    await using served = await serveTiny({ open: () => slowSession(({ messages }) => said(messages)) });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await ask(page, 'Count');
    await page.getByText('word3 ').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('stopped', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('and the end.').waitFor();
    await page.reload();
    await page.getByText('and the end.').waitFor();
    expect(await page.locator('article.assistant').count()).toBe(1);
    expect(await page.locator('article.assistant').textContent()).toContain('word0 word1');
  });

  test('an edit and another try are branches: what was said first is one click away', async () => {
    let count = 0;
    await using served = await serveTiny({
      open: () => slowSession(({ messages }) => [`${messages.at(-1)?.content} gets answer ${++count}`]),
    });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await ask(page, 'First');
    await page.getByText('First gets answer 1').waitFor();
    await idle(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('First gets answer 2').waitFor();
    await idle(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Edit the question').fill('Second');
    await page.locator('form.edit').getByRole('button', { name: 'Send' }).click();
    await page.getByText('Second gets answer 3').waitFor();
    await idle(page);
    await page.locator('article.user').getByRole('button', { name: 'Version before' }).click();
    await page.getByText('First gets answer 2').waitFor();
    await page.locator('article.assistant').getByRole('button', { name: 'Version before' }).click();
    await page.getByText('First gets answer 1').waitFor();
    expect(await page.evaluate('location.hash')).toMatch(/^#chat\/[0-9a-f-]+$/);
  });

  test('what is finished of an answer is not drawn again while the rest comes', async () => {
    const [more, end] = [gate(), gate()];
    const session = slowSession(() => []);
    const gated = {
      ...session,
      async *generate(...args: Parameters<typeof session.generate>) {
        yield { type: 'text' as const, text: '# Title\n\nA first paragraph.\n\n- one\n- two\n\n' };
        yield { type: 'text' as const, text: 'The open en' };
        await more.opened;
        yield { type: 'text' as const, text: 'd is here.\n\n```js\nlet a;\n```\n' };
        await end.opened;
        yield* session.generate(...args);
      },
    };
    await using served = await serveTiny({ open: () => gated });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await ask(page, 'Write');
    await page.getByText('The open en').waitFor();
    await page.evaluate("document.querySelectorAll('.text p, .text h3, .text ul').forEach((node) => { node.isOld = true; })");
    more.open();
    await page.getByText('let a;').waitFor();
    // Before the answer ends, when it becomes a message like the others.
    const kept = await page.evaluate("[...document.querySelectorAll('[aria-busy] :is(p, h3, ul)')].filter((node) => node.isOld).length");
    end.open();
    await idle(page);
    expect(kept).toBeGreaterThanOrEqual(3);
  });

  test('instructions stand at the head of every new chat, and are kept for the next', async () => {
    const told: (readonly ChatMessage[])[] = [];
    await using served = await serveTiny({
      open: () =>
        slowSession(({ messages }) => {
          told.push(messages);
          return ['Ja.'];
        }),
    });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await page.getByText('Instructions', { exact: true }).click();
    await page.getByLabel('Instructions for new chats').fill('Answer in German.');
    await ask(page, 'Are you there?');
    await page.getByText('Ja.').waitFor();
    await idle(page);
    await ask(page, 'Still?');
    await page.getByText('Ja.').nth(1).waitFor();
    await page.reload();
    await page.locator('article.system').getByText('Answer in German.').waitFor();
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByText('Instructions are set').waitFor();
    const system = { role: 'system', content: 'Answer in German.' };
    expect(told.map(([first, ...rest]) => [first, rest.length])).toEqual([
      [system, 1],
      [system, 3],
    ]);
  });

  test('a text file goes along, and one that is no text is refused', async () => {
    const told: string[] = [];
    await using served = await serveTiny({
      open: () =>
        slowSession(({ messages }) => {
          told.push(messages.at(-1)?.content ?? '');
          return ['Read.'];
        }),
    });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    const input = page.locator('form.composer input[type=file]');
    await input.setInputFiles({ name: 'a.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0, 1, 2]) });
    await page.locator('.fault').getByText('a.bin is no text file.').waitFor();
    await input.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('buy ```bread```') });
    await ask(page, 'What do I need?');
    await page.getByText('Read.').waitFor();
    expect(told).toEqual(['notes.txt:\n````\nbuy ```bread```\n````\n\nWhat do I need?']);
  });

  test('chats are searched, renamed, exported, imported, and moved to the trash', async () => {
    await using served = await serveTiny({ open: () => slowSession(() => ['The sky is ', 'blue.']) });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await ask(page, 'About the sky');
    await page.getByText('The sky is blue.').waitFor();
    await idle(page);
    await page.getByText('More').click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export everything' }).click();
    const path = await (await downloading).path();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Title of the chat').fill('Colours');
    await page.keyboard.press('Enter');
    await page.locator('#chats a', { hasText: 'Colours' }).waitFor();
    await page.locator('.import input').setInputFiles(path);
    await page.locator('#chats a', { hasText: 'About the sky' }).waitFor();
    expect(await page.locator('#chats a').count()).toBe(2);
    await page.getByLabel('Search all chats').fill('colours');
    await expect.poll(() => page.locator('#chats a').count()).toBe(1);
    await page.getByLabel('Search all chats').fill('');
    await page.getByText('More').click();
    await page.getByRole('button', { name: 'Move to the trash' }).click();
    await page.getByRole('button', { name: 'Really move to the trash' }).click();
    await expect.poll(() => page.locator('#chats a').count()).toBe(1);
    await page.getByText('What would you like to know?').waitFor();
  });

  test('a failure is told in its own words, also when the page hears of something else meanwhile, and the question stays', async () => {
    await using served = await serveTiny({
      open: () => {
        throw new Error('no engine');
      },
    });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    const late = gate();
    await page.route('**/luci/models?*', async (route) => {
      await late.opened;
      await route.continue();
    });
    await page.reload();
    await ask(page, 'Are you there?');
    const fault = page.locator('.fault').getByText('The server made a mistake.');
    await fault.waitFor();
    const heard = page.waitForResponse(/remote-models/);
    late.open();
    await (await heard).finished();
    await page.waitForTimeout(200);
    expect(await fault.count()).toBe(1);
    await page.reload();
    await page.locator('article.user').getByText('Are you there?').waitFor();
  });
});

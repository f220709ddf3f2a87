import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gate } from '../fixtures/tested-session.ts';
import { eventSession } from '../serve/event-session.ts';
import { serveTiny } from '../serve/served.ts';
import { browserPath, cuttableLine, openPage, startBrowser, withoutBrowser } from './browser.ts';

/** Answers on the page that outlive it, and its connection. */

/** Says three words, and three more when it is let go. */
function heldWords() {
  const held = gate();
  const open = () =>
    eventSession(async function* (_, signal) {
      for (const text of ['one ', 'two ', 'three ']) yield { type: 'text', text };
      await held.wait(signal);
      for (const text of ['four ', 'five ', 'six']) yield { type: 'text', text };
    });
  return { held, open };
}

describe.skipIf(browserPath === undefined)(`answers that are read on (${withoutBrowser})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const ask = async (page: Page): Promise<void> => {
    await page.getByLabel('Your question').fill('Count');
    await page.keyboard.press('Enter');
    await page.getByText('one two three').waitFor();
  };
  const whole = 'one two three four five six';

  test('a page that is loaded again finds its answer where it stands', async () => {
    const { held, open } = heldWords();
    await using served = await serveTiny({ open });
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    await ask(page);
    await page.reload();
    await page.getByText('one two three').waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    held.open();
    await page.getByText(whole).waitFor();
    await page
      .getByText(/\d+ tokens/)
      .first()
      .waitFor();
    expect(await page.locator('article.user').count()).toBe(1);
    expect(await page.locator('article.assistant').count()).toBe(1);
    expect(faults).toEqual([]);
  });

  test('an answer goes on while another chat is read, and is stopped when its chat is open again', async () => {
    const { open } = heldWords();
    await using served = await serveTiny({ open });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await ask(page);
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByText('What would you like to know?').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    await page.locator('#chats a').click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('stopped', { exact: true }).waitFor();
    expect(await page.locator('article.assistant').textContent()).toContain('one two three');
  });

  test('a connection that is lost is made anew, and no word is lost or said twice', async () => {
    const { held, open } = heldWords();
    await using served = await serveTiny({ open });
    await using line = await cuttableLine(served.url);
    await using opened = await openPage(browser, line.url);
    const { page } = opened;
    await ask(page);
    line.cut();
    held.open();
    await page.getByText(whole).waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await page.locator('article.assistant .text').textContent()).toBe(whole);
    expect(await page.locator('.fault').count()).toBe(0);
  });
});

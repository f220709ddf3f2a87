import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { serveTiny } from '../serve/served.ts';
import { browserPath, findingsOf, openPage, slowSession, spokenIn, startBrowser, tabTo, withoutBrowser } from './browser.ts';

/** The rooms of models and of the machine, and every room by keyboard and for screen readers. */

/** A catalogue's entry of a file of the hub. */
function entryOf({ repo, commit, path, bytes }: { repo: string; commit: string; path: string; bytes: Buffer }): unknown {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = { tier: 0, license: 'MIT', parametersB: 0.1, quantization: 'Q4_K_M', sizeBytes: bytes.length, sha256 };
  return { name: 'small-one', ...facts, repo, revision: commit, file: path };
}

describe.skipIf(browserPath === undefined)(`the rooms of the page (${withoutBrowser})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  test('a model is installed, paused on the way and gone on with, switched off and on, and removed', async () => {
    await using hub = await startHub();
    const bytes = Buffer.concat([tinyGguf(), Buffer.alloc(2e6)]);
    const file = { repo: 'someone/small', commit: 'a'.repeat(40), path: 'small-q4.gguf', bytes };
    await using served = await serveTiny({
      settings: { offline: false, hubEndpoint: hub.endpoint },
      prepare: (home) => writeFile(join(home, 'catalog.json'), JSON.stringify([entryOf(file)])),
    });
    const added = hub.add({ ...file, bytesPerSecond: 400_000 });
    await using opened = await openPage(browser, `${served.url}#models`);
    const { page, faults } = opened;
    await page.getByLabel('Search the catalogue').fill('small-one');
    await page.getByRole('button', { name: 'Install small-one' }).click();
    await page.getByRole('progressbar', { name: 'Download of small-one' }).waitFor();
    await page.getByText(/\d MB, .*\/s$/).waitFor();
    await page.getByRole('button', { name: 'Pause small-one' }).click();
    await page.getByText(/are here$/).waitFor();
    expect(readdirSync(join(served.home, 'models', '.partial')).some((name) => name.endsWith('.part'))).toBe(true);
    added.bytesPerSecond = undefined;
    await page.getByRole('button', { name: 'Go on with small-one' }).click();
    const row = page.locator('.rows').first();
    await row.getByText('small-one').waitFor();
    expect(added.sentBytes).toBeLessThan(bytes.length * 1.5); // Not all of it twice.
    await row.getByRole('button', { name: 'Disable small-one' }).click();
    await row.getByText('disabled').waitFor();
    await row.getByRole('button', { name: 'Enable small-one' }).click();
    await row.getByRole('button', { name: 'Make default: small-one' }).click();
    await row.getByText('default', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Remove small-one' }).click();
    await page.getByRole('button', { name: 'Really remove small-one' }).click();
    await page.getByRole('button', { name: 'Install small-one' }).waitFor();
    expect(readdirSync(join(served.home, 'models'))).not.toContain(file.path);
    expect(faults).toEqual([]);
  });

  test('a cancelled install leaves nothing behind', async () => {
    await using hub = await startHub();
    const file = { repo: 'someone/small', commit: 'a'.repeat(40), path: 'small-q4.gguf', bytes: tinyGguf() };
    await using served = await serveTiny({
      settings: { offline: false, hubEndpoint: hub.endpoint },
      prepare: (home) => writeFile(join(home, 'catalog.json'), JSON.stringify([entryOf(file)])),
    });
    hub.add({ ...file, bytesPerSecond: 200_000 });
    await using opened = await openPage(browser, `${served.url}#models`);
    const { page } = opened;
    await page.getByLabel('Search the catalogue').fill('small-one');
    await page.getByRole('button', { name: 'Install small-one' }).click();
    await page.getByText(/\d MB, .*\/s$/).waitFor();
    await page.getByRole('button', { name: 'Cancel small-one' }).click();
    await page.getByRole('button', { name: 'Install small-one' }).waitFor();
    expect(readdirSync(join(served.home, 'models', '.partial')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('without a model the page says so and leads to one', async () => {
    await using served = await serveTiny({ prepare: (home) => writeFile(join(home, 'llm_state.json'), '{"tiny": false}') });
    await using opened = await openPage(browser, served.url);
    await opened.page.getByRole('button', { name: 'Choose a model' }).click();
    await opened.page.getByRole('heading', { name: 'Suits this machine' }).waitFor();
  });

  test('the machine is shown, and looked at when that is wanted', async () => {
    await using served = await serveTiny();
    await using opened = await openPage(browser, `${served.url}#machine`);
    const { page } = opened;
    await page.getByText('0 running, 0 waiting').waitFor();
    await page.getByText('luci has made no connection.').waitFor();
    expect(served.luci.requests()).toEqual([]);
    await page.getByRole('button', { name: 'Look at this machine' }).click();
    await page.getByText('glibc').or(page.getByText('macOS')).first().waitFor();
    expect(await page.locator('main').textContent()).not.toContain(served.home);
  });

  test('a question, a stop, an edit and an install are reached by the keyboard alone', async () => {
    let count = 0;
    const say = (): readonly string[] => (++count === 1 ? Array.from({ length: 5000 }, (_, n) => `word${n} `) : ['Short.']);
    await using served = await serveTiny({ open: () => slowSession(say) });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await page.getByLabel('Model').waitFor();
    await tabTo(page, 'Your question');
    await page.keyboard.type('Count');
    await page.keyboard.press('Enter');
    await page.getByText('word3 ').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('stopped', { exact: true }).waitFor();
    await tabTo(page, 'Edit');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Be short');
    await tabTo(page, 'Send');
    await page.keyboard.press('Enter');
    await page.getByText('Short.').waitFor();
    await tabTo(page, 'Models');
    await page.keyboard.press('Enter');
    await page
      .getByRole('button', { name: /^Install / })
      .first()
      .waitFor();
    await tabTo(page, /^Install /);
  });

  test('an answer is announced twice at most: that it comes, and that it is there', async () => {
    await using served = await serveTiny({ open: () => slowSession(() => Array.from({ length: 100 }, (_, n) => `word${n} `)) });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    const spoken = await spokenIn(page);
    await page.getByLabel('Your question').fill('Hi');
    await page.keyboard.press('Enter');
    await page.getByText('100 tokens').waitFor();
    expect(await spoken()).toEqual(['Answering', 'Answer complete']);
    expect(await page.locator('[aria-live]:not([aria-live=off])').count()).toBe(0);
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off');
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in any room, %s, wide and at 320 pixels', async (colorScheme) => {
    const answer = '# Title\n\ntext `code` [link](https://example.com)\n\n```js\nlet a;\n```\n\n|a|b|\n|---|---|\n|1|2|\n\n> quoted';
    await using served = await serveTiny({ open: () => slowSession(() => [answer]) });
    for (const width of [1280, 320]) {
      await using opened = await openPage(browser, served.url, { colorScheme, viewport: { width, height: 700 } });
      const { page } = opened;
      await page.getByLabel('Model').waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByLabel('Your question').fill('Hi');
      await page.keyboard.press('Enter');
      await page.getByText('1 tokens').waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'Models' }).click();
      await page.getByRole('heading', { name: 'Suits this machine' }).waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'Machine' }).click();
      await page.getByRole('button', { name: 'Look at this machine' }).click();
      await page.locator('.finding').first().waitFor();
      expect(await findingsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });

  test('text from right to left stands right', async () => {
    await using served = await serveTiny({ open: () => slowSession(() => ['מה שלומך?']) });
    await using opened = await openPage(browser, served.url);
    const { page } = opened;
    await page.getByLabel('Your question').fill('שלום');
    await page.keyboard.press('Enter');
    await page.locator('.text p').getByText('מה שלומך?').waitFor();
    expect(await page.evaluate("getComputedStyle(document.querySelector('.text p')).direction")).toBe('rtl');
  });
});

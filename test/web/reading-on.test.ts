import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { luciIn, startServerProcess } from '../crash/server-process.ts';
import { gate } from '../fixtures/tested-session.ts';
import { eventSession } from '../serve/event-session.ts';
import { serveTiny, tinyHome } from '../serve/served.ts';
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

  test('an answer goes on after its server was killed and started again, and no word is lost or said twice', async () => {
    const home = await tinyHome({ repeats: true });
    let server = await startServerProcess(home);
    await using line = await stallingLine(() => server.url);
    await using opened = await openPage(browser, line.url);
    const { page, faults } = opened;
    try {
      await page.getByLabel('Your question').fill('Say it again and again');
      await page.keyboard.press('Enter');
      await page.getByText('Hello').waitFor();
      const [chat = ''] = await filesIn(home, 'chats');
      await expect.poll(async () => turnsIn(await readFile(chat, 'utf8')).length).toBe(2);
      await server.kill();
      // As if it had been killed a little earlier, in the middle of the answer.
      const [kept = ''] = await filesIn(home, 'state', 'answers');
      await keepLines(kept, -6);
      await keepLines(chat, -1);
      server = await startServerProcess(home);
      line.goOn();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      const [, answer, ...more] = turnsIn(await readFile(chat, 'utf8'));
      expect(more).toEqual([]);
      expect(await page.locator('article.assistant .text').textContent()).toBe(answer?.content);
      expect(answer?.content).toMatch(/^(Hello from the tiny luci fixture\.){2}/);
      expect(await page.locator('.fault').count()).toBe(0);
      expect(await page.locator('article.user').count()).toBe(1);
      expect(faults).toEqual([]);
    } finally {
      await server[Symbol.asyncDispose]();
      await luciIn(home, 'stop');
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  });
});

async function filesIn(...folders: readonly string[]): Promise<readonly string[]> {
  const folder = join(...folders);
  return (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name));
}

/** Leaves out so many lines at the end. */
async function keepLines(path: string, end: number): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    path,
    lines
      .slice(0, end)
      .map((text) => `${text}\n`)
      .join(''),
  );
}

/** A line over which, until it goes on, the first words of an answer come and nothing behind them. */
async function stallingLine(url: () => string) {
  let stalls = true;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(url()).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      near.write(bytes);
      if (stalls && bytes.includes('"type":"text"')) far.pause();
    });
    far.on('end', () => near.end());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goOn() {
      stalls = false;
      end();
    },
    async [Symbol.asyncDispose]() {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function turnsIn(text: string): readonly { readonly content: string }[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'turn');
}

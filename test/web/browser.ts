import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { abortError } from '../../src/base/abort.ts';
import type { ChatRequest, GenerationEvent, Session } from '../../src/engine/engine.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';

/** A real browser for tests of the page. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium of this system; CHROMIUM names another one. */
export const browserPath: string | undefined =
  process.env['CHROMIUM'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Why tests are left out, and what to do about it. */
export const withoutBrowser = 'needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it';

if (browserPath === undefined) process.stderr.write(`The tests of the page are skipped: ${withoutBrowser}\n`);

/** Starts one. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath, args: ['--disable-gpu', '--disable-dev-shm-usage'] });
}

/** A page of its own, with all that went wrong in it. */
export interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  /** What the policy refused, errors of scripts, and requests to other hosts. */
  readonly faults: string[];
}

/** Opens an address. Dialogs, which only an injected script would open, are faults. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /policy|trusted/i.test(message.text())) faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe finds, as its rules and the elements. */
export async function findingsOf(page: Page): Promise<unknown> {
  await page.evaluate(readFileSync(join(import.meta.dirname, '..', '..', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8'));
  return page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))');
}

/** Presses Tab until what has the focus is called so. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const focused = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()";
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press('Tab');
    const found = (await page.evaluate(focused)) as string;
    if (typeof name === 'string' ? found === name : name.test(found)) return;
  }
  throw new Error(`nothing called ${name} is reached by Tab`);
}

/** Listens from now on; gives what screen readers were told. */
export async function spokenIn(page: Page): Promise<() => Promise<unknown>> {
  await page.evaluate(
    "globalThis.said = []; new MutationObserver(() => said.push(document.querySelector('[role=status]').textContent)).observe(document.querySelector('[role=status]'), { subtree: true, childList: true, characterData: true })",
  );
  return () => page.evaluate('said');
}

/** A model that says pieces one after the other, each when the one before could be drawn; it stops when it is told to. */
export function slowSession(say: (request: ChatRequest) => readonly string[], pauseMs = 5): Session {
  return {
    ...scriptedSession(() => ''),
    async *generate(request, signal): AsyncGenerator<GenerationEvent> {
      const pieces = say(request);
      for (const text of pieces) {
        if (signal?.aborted) throw abortError(signal);
        yield { type: 'text', text };
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      const usage = { promptTokens: 20, cachedTokens: 0, generatedTokens: pieces.length, loadMs: 0, timeToFirstTokenMs: 1, totalMs: 2 };
      yield { type: 'end', reason: 'stop', usage: { ...usage, promptTokensPerSecond: 100, generatedTokensPerSecond: 42 } };
    },
  };
}

/** A line to a server that can be cut. */
export async function cuttableLine(url: string) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

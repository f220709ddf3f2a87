import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeMachine } from '../../src/engine/machine.ts';
import { signed } from '../../src/tiers/signing-key.ts';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { post, raw, type Served, serveTiny } from '../serve/served.ts';

/** Receipts of answers, and what comes of asking again. */

let home: Home;
let served: Served;
beforeAll(async () => {
  home = await makeHome();
  await cp(await home.addModel(), join(home.folder, 'models', 'tiny.gguf'));
  served = await serveTiny();
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

const hello = [{ role: 'user', content: 'hi' }];
const file = (name: string): string => join(home.folder, name);

interface Told {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly luci_receipt: { readonly [name: string]: unknown; readonly answer: { readonly text: string } };
}

async function asked(body: object): Promise<Told> {
  const { status, body: told } = await post(`${served.url}/v1/chat/completions`, {
    model: 'tiny',
    messages: hello,
    receipt: true,
    ...body,
  });
  expect(status).toBe(200);
  return told as Told;
}

test('an answer of the command has a receipt that is confirmed, and is never overwritten', async () => {
  const path = file('ask.json');
  const ran = await home.luci(['ask', '-m', 'tiny', 'hi', '--temperature', '1.5', '--receipt', path]);
  expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\S/) });
  const receipt = JSON.parse(await readFile(path, 'utf8'));
  expect(receipt).toMatchObject({ model: 'tiny', request: { repeatable: true, sampling: { temperature: 1.5, seed: expect.any(Number) } } });
  expect(ran.stdout.trim()).toBe(receipt.answer.text.trim());
  const again = await home.luci(['replay', path]);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('the same, byte for byte') });
  expect(again.stdout).toContain('the key of this machine');
  expect(again.stdout).toContain((await home.luci(['test', 'key'])).stdout.split('\n')[0]);
  expect(await home.luci(['ask', '-m', 'tiny', 'hi', '--receipt', path])).toMatchObject({ exitCode: 2, stdout: '' });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(receipt);
});

test('an answer of the server has one in its body, and in the last chunk of a stream', async () => {
  const whole = await asked({ seed: 7, temperature: 1.5 });
  expect(whole.luci_receipt.answer.text).toBe(whole.choices[0]?.message.content);
  await writeFile(file('whole.json'), JSON.stringify(whole));
  expect(await served.luci.receipts.replay(file('whole.json'))).toMatchObject({ outcome: 'same', signedBy: 'this machine' });
  const stream = { model: 'tiny', messages: hello, receipt: true, repeatable: true, stream: true, temperature: 1.5 };
  const { text } = await raw(`${served.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(stream) });
  const chunks = text.split('\n\n').filter((event) => event.startsWith('data: {'));
  expect(chunks.slice(0, -1).join('')).not.toContain('luci_receipt');
  const last = JSON.parse(chunks.at(-1)?.slice('data: '.length) ?? '') as Told;
  await writeFile(file('stream.json'), JSON.stringify(last.luci_receipt));
  expect(await served.luci.receipts.replay(file('stream.json'))).toMatchObject({ outcome: 'same' });
});

test('tools, forms and thinking are asked for again as they were', async () => {
  const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
  const tool = { type: 'function', function: { name: 'clock', parameters: { type: 'object', properties: { town: { enum: ['Oslo'] } } } } };
  for (const more of [
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } },
    { tools: [tool], tool_choice: 'required', reasoning_effort: 'low' },
  ]) {
    await writeFile(file('more.json'), JSON.stringify((await asked({ seed: 1, ...more })).luci_receipt));
    expect(await served.luci.receipts.replay(file('more.json'))).toMatchObject({ outcome: 'same' });
  }
});

test.each([
  ['nothing that makes it repeatable', {}, 'receipt'],
  ['more than one answer', { seed: 1, n: 2 }, 'receipt'],
  ['a value that is none', { seed: 1, receipt: 'yes' }, 'receipt'],
])('no receipt for %s', async (_, more, param) => {
  const { status, body } = await post(`${served.url}/v1/chat/completions`, { model: 'tiny', messages: hello, receipt: true, ...more });
  expect([status, body]).toMatchObject([400, { error: { param } }]);
});

test('who asks for none gets none', async () => {
  const { body } = await post(`${served.url}/v1/chat/completions`, { model: 'tiny', messages: hello, seed: 1 });
  expect(JSON.stringify(body)).not.toContain('luci_receipt');
});

/** A receipt of the home, with something changed and signed by nobody. */
async function receiptWith(change: (receipt: Record<string, unknown> & { answer: Record<string, unknown> }) => void): Promise<string> {
  const path = file('right.json');
  if ((await home.luci(['ask', '-m', 'tiny', 'hi', '--receipt', path])).exitCode !== 0) expect(await readFile(path, 'utf8')).toBeTruthy();
  const receipt = JSON.parse(await readFile(path, 'utf8'));
  change(receipt);
  await writeFile(file('changed.json'), JSON.stringify(receipt));
  return file('changed.json');
}

test.each<[string, (receipt: Record<string, unknown> & { answer: Record<string, unknown> }) => void]>([
  ['another answer', (receipt) => (receipt.answer['text'] = 'Something else.')],
  ['another reason', (receipt) => (receipt.answer['reason'] = 'length')],
  ['another model', (receipt) => (receipt['modelSha256'] = '0'.repeat(64))],
  ['another request', (receipt) => (receipt['request'] = { messages: [{ role: 'user', content: 'ho' }] })],
  ['another engine', (receipt) => (receipt['engine'] = 'embedded 9')],
  ['another date', (receipt) => (receipt['answeredAt'] = '2000-01-01T00:00:00.000Z')],
  ['another key', (receipt) => (receipt['publicKey'] = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=')],
  ['no key', (receipt) => (receipt['publicKey'] = 'none')],
  ['a signature of nothing', (receipt) => (receipt['signature'] = '')],
])('a receipt that was changed is refused: %s', async (_, change) => {
  expect(await home.luci(['replay', await receiptWith(change)])).toMatchObject({
    exitCode: 6,
    stdout: '',
    stderr: expect.stringContaining('changed after it was signed'),
  });
});

/** The same, signed again with the key of the home: an answer that never was, or of another engine. */
async function signedAgain(change: (receipt: Record<string, unknown> & { answer: Record<string, unknown> }) => void): Promise<string> {
  const path = await receiptWith(change);
  const { publicKey: _key, signature: _signature, ...facts } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify(signed(facts, await readFile(join(home.folder, 'keys', 'certificates.pem'), 'utf8'))));
  return path;
}

test('another answer is told by the place where it differs', async () => {
  const path = await signedAgain(({ answer }) => {
    answer['text'] = String(answer['text']).replace('tiny', 'huge');
    answer['sha256'] = createHash('sha256').update(String(answer['text'])).digest('hex');
  });
  const ran = await home.luci(['replay', path]);
  expect(ran).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('something else') });
  expect(ran.stdout).toContain('after 15 characters the receipt has "huge luci fixture." and the answer "tiny luci fixture."');
  expect(JSON.parse((await home.luci(['replay', path, '--json'])).stdout)).toMatchObject({ outcome: 'different', differsAt: 15 });
});

test('an answer is asked for again by as many threads as then, whatever the machine would take now', async () => {
  // One of them is not what it would take.
  for (const threads of [1, (await probeMachine()).physicalCores]) {
    const changed = await signedAgain((receipt) => {
      receipt['threads'] = threads;
      receipt.answer['reason'] = 'length';
    });
    expect(await home.luci(['replay', changed])).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('why the answer ended') });
  }
});

test('another engine, and other threads where the answer differs: it cannot be told', async () => {
  const other = await signedAgain((receipt) => {
    receipt['engine'] = 'embedded 9';
  });
  expect(await home.luci(['replay', other])).toMatchObject({ exitCode: 9, stdout: expect.stringContaining('answered by embedded 9') });
  const threads = await signedAgain((receipt) => {
    receipt['threads'] = 99;
    receipt.answer['reason'] = 'length';
  });
  expect(await home.luci(['replay', threads])).toMatchObject({ exitCode: 9, stdout: expect.stringContaining('not 99') });
});

test('a digest that is not of what it stands for is refused, whoever signed it', async () => {
  const path = await signedAgain(({ answer }) => {
    answer['text'] = 'Something else.';
  });
  expect(await home.luci(['replay', path])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('another digest') });
});

test('a model elsewhere gets no receipt', async () => {
  const session = scriptedSession(() => 'yes');
  await using one = await serveTiny({ open: () => ({ ...session, facts: { ...session.facts, kind: 'remote' } }) });
  const { status, body } = await post(`${one.url}/v1/chat/completions`, { model: 'tiny', messages: hello, seed: 1, receipt: true });
  expect([status, body]).toMatchObject([400, { error: { param: 'receipt' } }]);
});

test('what is no receipt, and what is not there, is said', async () => {
  await writeFile(file('none.json'), '{"type": "luci-receipt"}');
  expect(await home.luci(['replay', file('none.json')])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('none.json') });
  expect(await home.luci(['replay', file('nowhere.json')])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('--receipt') });
});

test('other bytes under the name: it cannot be told', async () => {
  const path = await receiptWith(() => undefined);
  await using other = await makeHome();
  await cp(await other.addModel(), join(other.folder, 'models', 'tiny.gguf'));
  const unknown = await other.luci(['replay', path]);
  expect(unknown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('an unknown key') });
  await writeFile(join(other.folder, 'models', 'tiny.gguf'), tinyGguf({ repeats: true }));
  await other.luci(['stop']);
  expect(await other.luci(['replay', path])).toMatchObject({ exitCode: 9, stdout: expect.stringContaining('other bytes') });
});

test('the bytes are found under another name', async () => {
  const path = await receiptWith(() => undefined);
  await using other = await makeHome();
  await cp(await other.addModel(), join(other.folder, 'models', 'something.gguf'));
  await other.luci(['verify']);
  expect(await other.luci(['replay', path])).toMatchObject({ exitCode: 0 });
});

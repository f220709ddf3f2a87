import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { certify } from '../../src/tiers/certificate.ts';
import { readRunLog } from '../../src/tiers/run-log.ts';
import { newSigningKey } from '../../src/tiers/signing-key.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { firstCases, knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** Certificates in the hands of a stranger: what is forged is refused, and what holds together says whose word it is. */

let bench: TestBench;
let path: string;
beforeEach(async () => {
  bench = await openTestBench();
  path = join(bench.home, 'given.json');
});
afterEach(() => bench[Symbol.asyncDispose]());

const luci = (...operands: string[]) => bench.run({ operands }, () => knowingSession({ knows: knowsAll }));
const keyFile = (): string => join(bench.home, 'keys', 'certificates.pem');

/** Tests the model with so many right answers, and signs. */
async function certified(known = 10): Promise<Record<string, unknown>> {
  const right = firstCases(0, known);
  await bench.run({ operands: ['script'], options: { fresh: true } }, () => knowingSession({ knows: (_, id) => right.has(id) }));
  const written = (await luci('certify', 'script')).stdout.trim();
  await copyFile(written, path);
  return JSON.parse(await readFile(written, 'utf8'));
}

/** Changes it and signs it again with this key, as somebody does who wants to be believed. */
async function forged(changes: Record<string, unknown>, keyPem = newSigningKey(), known = 10): Promise<void> {
  const { signature: _, ...facts } = { ...(await certified(known)), ...changes };
  const key = createPrivateKey(keyPem);
  const signed = { ...facts, publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64') };
  const inOrder = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const signature = sign(null, Buffer.from(JSON.stringify(signed, inOrder)), key).toString('base64');
  await writeFile(path, JSON.stringify({ ...signed, signature }));
}

const refusal = () => expect(luci('verify', path)).rejects;

test('a certificate of this machine says so, and names the key that "key" prints', async () => {
  await certified();
  const { stdout } = await luci('verify', path);
  const key = (await luci('key')).stdout;
  expect(stdout).toMatch(/^✓ signed with the key of this machine\nkey SHA256:[\w-]{43}\nscript .*: tier 0 passed \(10\/10\)\n/);
  expect(key.split('\n')[0]).toBe(stdout.split('\n')[1]?.replace('key ', ''));
  expect(key).toContain('-----BEGIN PUBLIC KEY-----');
  expect(key).not.toContain('PRIVATE');
});

test('one with a fresh key holds together and is of an unknown key: no tick', async () => {
  await forged({});
  const { stdout, stderr } = await luci('verify', path);
  expect(stdout).toContain('signed with an unknown key: anybody can make one');
  expect(stdout).not.toContain('✓');
  expect(stderr).toContain('luci test trust FILE');
});

test('a key is trusted by a certificate, and stays so', async () => {
  await forged({});
  const trusted = (await luci('trust', path)).stdout;
  const { stdout } = await luci('verify', path);
  expect(stdout).toContain('✓ signed with a key you trust');
  expect(trusted).toContain(stdout.split('\n')[1]?.replace('key ', ''));
});

test('a key is trusted by what "key" printed elsewhere', async () => {
  const key = newSigningKey();
  await forged({}, key);
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  const file = join(bench.home, 'their key.txt');
  await writeFile(file, `SHA256:whatever stands here\n${pem}`);
  await luci('trust', file);
  expect((await luci('verify', path)).stdout).toContain('a key you trust');
});

test('trusting one key trusts no other', async () => {
  await forged({});
  await luci('trust', path);
  await forged({});
  expect((await luci('verify', path)).stdout).toContain('an unknown key');
});

test('a private key, another kind of key and no key at all are not trusted', async () => {
  const file = join(bench.home, 'key.pem');
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  for (const text of [newSigningKey(), other.toString(), 'hello']) {
    await writeFile(file, text);
    await expect(luci('trust', file)).rejects.toMatchObject({ code: 'STATE_BROKEN' });
  }
});

test('a certificate with a changed signature cannot bring its key in', async () => {
  const facts = await certified();
  await writeFile(path, JSON.stringify({ ...facts, seed: '1' }));
  await expect(luci('trust', path)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

test('a field that was added after signing is refused', async () => {
  await writeFile(path, JSON.stringify({ ...(await certified()), approvedBy: 'everybody' }));
  await refusal().toMatchObject({ code: 'STATE_BROKEN' });
});

test('a field added inside of another is refused', async () => {
  const facts = await certified();
  await writeFile(path, JSON.stringify({ ...facts, machine: { ...(facts['machine'] as object), owner: 'x' } }));
  await refusal().toMatchObject({ code: 'STATE_BROKEN' });
});

const edits: readonly (readonly [what: string, from: string, to: string])[] = [
  ['verdict', '"verdict": "pass"', '"verdict": "fail"'],
  ['model', '"model": "script"', '"model": "better"'],
  ['seed', '"seed": "0"', '"seed": "1"'],
  ['answer', '"t0-arith#0": "pass"', '"t0-arith#0": "fail"'],
  ['bytes', '"modelSha256": "', '"modelSha256": "0'],
];
test.each(edits)('an edited %s is refused', async (_what, from, to) => {
  await certified();
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  await refusal().toMatchObject({ code: 'DIGEST_MISMATCH', message: expect.stringContaining('signature') });
});

const claims: readonly (readonly [what: string, changes: Record<string, unknown>, why: string])[] = [
  ['counts', { passed: 11, total: 11 }, 'counts'],
  ['an interval', { interval: [95, 100] }, 'interval'],
  ['a confirmation', { confirmed: true }, 'confirm'],
  ['another hash of the suite', { suiteHash: 'aaaaaa' }, 'other questions'],
  ['a higher tier', { tier: 3 }, 'no question of tier 3'],
  ['a sequential test that ended too early', { sequential: true, answers: { 't0-copy#0': 'pass' }, passed: 1, total: 1 }, 'sequential'],
  ['more repeats', { repeats: 3 }, '20 of the 30 questions'],
];
test.each(claims)('signed with a fresh key, %s that the answers do not give: refused', async (_what, changes, why) => {
  await forged(changes);
  await refusal().toMatchObject({ code: 'DIGEST_MISMATCH', message: expect.stringContaining(why) });
});

test('a verdict that the answers do not give is refused', async () => {
  await forged({ verdict: 'pass' }, undefined, 3);
  await refusal().toMatchObject({ code: 'DIGEST_MISMATCH', message: expect.stringContaining('verdict') });
});

test('answers to questions that nobody asked are refused', async () => {
  const { answers } = await certified();
  await forged({ answers: { ...(answers as object), 't0-invented#0': 'pass' }, passed: 11, total: 11 });
  await refusal().toMatchObject({ code: 'DIGEST_MISMATCH', message: expect.stringContaining('t0-invented#0') });
});

test('failed answers that were left out are missed', async () => {
  const { answers } = await certified(8);
  const kept = Object.fromEntries(Object.entries(answers as object).filter(([, status]) => status === 'pass'));
  await forged({ answers: kept, passed: 8, total: 8 }, undefined, 8);
  await refusal().toMatchObject({ code: 'DIGEST_MISMATCH', message: expect.stringContaining('2 of the 10 questions') });
});

test('of a suite that is not here: refused with the way to check it', async () => {
  await forged({ suite: 'greetings 1.0.0' });
  await refusal().toMatchObject({ code: 'USAGE', hint: expect.stringContaining('--suite SUITE') });
});

test('replayed for other bytes of the same name: named', async () => {
  await certified();
  await writeFile(join(bench.home, 'models', 'script.gguf'), Buffer.concat([tinyGguf(), Buffer.from('other')]));
  expect((await luci('verify', path)).stdout).toContain('✗ script has other bytes here: this says nothing of it');
});

test('a log whose verdicts were edited is not signed', async () => {
  await bench.run({ operands: ['script'] }, () => knowingSession({ knows: () => false }));
  const [log = ''] = await bench.logPaths();
  await writeFile(log, (await readFile(log, 'utf8')).replaceAll('"status":"fail"', '"status":"pass"'));
  await expect(luci('certify', 'script')).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    message: expect.stringMatching(/t0-copy#0 pass, graded again fail, and 9 more\. Nothing was signed/),
  });
});

test('eight picked cases of ten are no tier', async () => {
  const options = { case: [...firstCases(0, 8)] };
  await bench.run({ operands: ['script'], options }, () => knowingSession({ knows: knowsAll }));
  await expect(luci('certify', 'script')).rejects.toMatchObject({ code: 'TESTS_INCOMPLETE' });
});

test('a damaged key is never replaced: an error says the way on', async () => {
  await mkdir(join(bench.home, 'keys'), { recursive: true });
  for (const text of ['', 'half a key', newSigningKey().slice(0, 60)]) {
    await writeFile(keyFile(), text);
    await expect(luci('key')).rejects.toMatchObject({ code: 'STATE_BROKEN', hint: expect.stringContaining('backup') });
    expect(await readFile(keyFile(), 'utf8')).toBe(text);
  }
});

test('a key that cannot be read is never replaced', async () => {
  // A folder in its place cannot be read by anybody, whatever rights they have.
  await mkdir(keyFile(), { recursive: true });
  await expect(luci('key')).rejects.toMatchObject({ code: 'DISK_FAILED' });
  await rm(keyFile(), { recursive: true });
  expect((await luci('key')).stdout).toMatch(/^SHA256:/);
});

test('two programs that need a key at the same time come to the same one', async () => {
  const keys = await Promise.all([luci('key'), luci('key'), luci('key')]);
  expect(new Set(keys.map(({ stdout }) => stdout)).size).toBe(1);
});

test('what is signed is what the log says', async () => {
  await certified(9);
  const [logPath = ''] = await bench.logPaths();
  const log = readRunLog(logPath);
  expect(log && certify(log, newSigningKey())[0]).toMatchObject({ passed: 9, total: 10, verdict: 'pass', confirmed: false });
});

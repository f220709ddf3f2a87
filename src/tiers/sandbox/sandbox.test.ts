import { describe, expect, test } from 'vitest';
import { callFunction, matchPattern, testJavaScript } from './javascript.ts';
import { runSelect, testSql } from './sql.ts';

const limits = { timeMs: 800, memoryMB: 48 };
const run = (body: string) => callFunction(`function f() { ${body} }`, 'f', [[]], { limits });

test('functions are called with their arguments, patterns are tested as they are written, queries give rows', async () => {
  expect(
    await callFunction('const f = (a, b) => ({ sum: a + b.length })', 'f', [
      [1, [2, 3]],
      [5, []],
    ]),
  ).toEqual({
    done: [{ sum: 3 }, { sum: 5 }],
  });
  expect(await matchPattern({ source: '^[A-Z]{2}\\d$', flags: '' }, ['AB1', 'AB12', 'xAB1'])).toEqual({ done: [true, false, false] });
  expect(await runSelect('select a from t order by a desc;', ['create table t(a); insert into t values (1),(2);'])).toEqual({
    done: [[[2], [1]]],
  });
  expect(await testJavaScript()).toBe(true);
  expect(await testSql()).toBe(true);
});

/** What a model might try to get out, to hang us or to lie. Each is a failure of the answer, and nothing else happens. */
const closed: readonly (readonly [what: string, body: string])[] = [
  ['process', 'return process.version'],
  ['require', "return require('node:fs').readFileSync('/etc/passwd', 'utf8')"],
  ['module', 'return module.parent.filename'],
  ['fetch', "return String(fetch('http://127.0.0.1'))"],
  ['WebSocket', "return new WebSocket('ws://127.0.0.1').url"],
  ['WebAssembly', 'return typeof WebAssembly.Memory === "function" ? 1 : missing()'],
  ['timers', 'setTimeout(() => 1, 0); return 1'],
  ['Buffer', "return Buffer.from('x').toString()"],
  ['the parent port', 'return parentPort.postMessage({ done: [] })'],
  ['the global of Node', 'return global.process.pid'],
  ['a constructor of the outside', 'return this.constructor.constructor("return process")().pid'],
  ['a function made from text', 'return Function("return process.pid")()'],
  ['an indirect eval', 'return (0, eval)("process.pid")'],
  ['a generator made from text', 'return Object.getPrototypeOf(function*(){}).constructor("yield process.pid")().next().value'],
  ['an import', 'return import("node:fs").then((fs) => fs.readdirSync("/")).constructor.name.x.y'],
  ['a stack with objects of the outside', 'Error.prepareStackTrace = (_, s) => s; return new Error().stack[0].getThis().process.pid'],
  ['a loop', 'for (;;);'],
  ['a loop in a getter', 'return { get x() { for (;;); } }'],
  ['a loop in toJSON', 'return { toJSON() { for (;;); } }'],
  ['a loop in a sort', 'return [3, 2, 1].sort(() => { for (;;); })'],
  ['a slow pattern', 'return /^(a+)+$/.test("a".repeat(40) + "!")'],
  ['endless recursion', 'return (function g() { return g() + 1 })()'],
  ['an array that grows', 'const a = []; for (;;) a.push(new Array(1000).fill(1));'],
  ['a text that doubles', 'let s = "x"; for (;;) s += s;'],
  ['a huge array', 'return new Array(2 ** 31).fill(0).length'],
  ['a huge typed array', 'return new Uint8Array(2 ** 30).length'],
  ['a map that grows', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });'],
  ['endless JSON', 'let o = {}; for (let i = 0; i < 1e6; i++) o = { o }; return o'],
  ['an exception', 'throw new Error("no")'],
  ['an exception that is no error', 'throw null'],
  ['a value of JSON that is none', 'return 10n'],
  ['a function in place of a value', 'return { toJSON: 5, valueOf() { throw 1 } }.x.y'],
  ['a missing function', 'return notThere()'],
  ['a syntax error', 'return ]'],
];

describe('JavaScript', () => {
  test.each(closed)('%s is a failure of the answer', async (_, body) => {
    expect(await run(body)).toMatchObject({ failed: expect.any(String) });
  });

  test.each([
    ['a patched JSON', 'JSON.stringify = () => "[5]"; Array.prototype.toJSON = function () { return [5] };'],
    ['a patched prototype', 'Object.prototype.toJSON = () => 5; Array.prototype.map = () => [5];'],
    ['patched numbers', 'Number.prototype.toJSON = () => 5; Math.max = () => 5;'],
  ])('%s does not change another answer', async (_, patch) => {
    await callFunction(`${patch} function f() { return 1 }`, 'f', [[]], { limits });
    expect(await callFunction('function f() { return [1, Math.max(1, 2)] }', 'f', [[]], { limits })).toEqual({ done: [[1, 2]] });
  });
});

describe('SQL', () => {
  test.each([
    ['a file of the machine', "select readfile('/etc/passwd')"],
    ['an extension', "select load_extension('x')"],
    ['another database', "attach database '/tmp/x.db' as x"],
    ['a copy to a file', "vacuum into '/tmp/x.db'"],
    ['a change', 'delete from t'],
    ['a change behind a query', 'select 1; drop table t'],
    ['a change in a comment', 'select 1 /* ; */; delete from t'],
    ['a setting', 'pragma writable_schema = 1'],
    ['an endless query', 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'],
    ['too many rows', 'with recursive n(x) as (select 1 union all select x + 1 from n limit 9000) select x from n'],
    ['a table that is not there', 'select * from secrets'],
    ['no SQL at all', 'please show me the rows'],
  ])('%s is refused or stopped', async (_, query) => {
    expect(await runSelect(query, ['create table t(a); insert into t values (1);'])).toMatchObject({ failed: expect.any(String) });
  });
});

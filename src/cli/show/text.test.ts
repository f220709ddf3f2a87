import { expect, test } from 'vitest';
import { fill, widthOf, wrapAll } from './text.ts';

test.each([
  [40, '8 models.  luci show NAME   luci install NAME', '8 models.  luci show NAME\nluci install NAME'],
  [20, '2 models.  luci show NAME   luci install NAME', '2 models.\nluci show NAME\nluci install NAME'],
  [18, '  luci install owner/repo:Q4_K_M', '  luci install\n  owner/repo:Q4_K_M'],
  [24, '  ok llama3.2  98.4 MB in 1 s, sha256 b179 verified', '  ok llama3.2  98.4 MB\n  in 1 s, sha256 b179\n  verified'],
  [80, 'a   b  c', 'a   b  c'],
  [10, 'one\n\n  two three four', 'one\n\n  two\n  three\n  four'],
])('filled into %i columns, what belongs together stays together', (width, text, filled) => {
  expect(fill(text, width)).toBe(filled);
});

test('no filled line is wider than the terminal unless it is one word', () => {
  const text = 'Needs 42.5 GB on disk, 18.2 GB are free at /a/very/long/path/of/a/home.  luci clean   luci --home /bigger/disk …';
  for (let width = 8; width < 130; width += 1) {
    for (const line of fill(text, width).split('\n')) expect(widthOf(line) <= width || !line.includes(' '), `${width}: ${line}`).toBe(true);
    expect(fill(text, width).split(/\s+/).join(' ')).toBe(text.split(/\s+/).join(' '));
  }
});

test.each([
  ['plain', 5],
  ['é, e\u0301', 4],
  ['模型', 4],
  ['ﾊﾟ', 2], // Half-width Katakana stand in one column.
  ['ㄱ한', 4],
  ['（１）', 6],
  ['✓ × … ▕█', 8],
  ['✅ ⏳ 🏔 🦙', 10],
  ['☕⚡️', 4],
  ['𝛼Δ', 2],
  ['🇿🇭'.slice(0, 2), 1],
  ['\u001b[31mred\u001b[0m', 3],
  ['zero\u200bwidth\u200d', 9],
])('%j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test('a word longer than the line is cut into pieces, and none is lost', () => {
  const digest = '0123456789'.repeat(4);
  expect(wrapAll(`sha256 ${digest}`, 16)).toEqual(['sha256', digest.slice(0, 16), digest.slice(16, 32), digest.slice(32)]);
  expect(wrapAll('模型名字', 4)).toEqual(['模型', '名字']);
});

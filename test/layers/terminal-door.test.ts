import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

/** Text for the terminal has one door: what a command writes elsewhere would be obeyed as it is. */

const source = join(import.meta.dirname, '..', '..', 'src');

/** The door, and its half for the editor of lines. */
const doors = ['cli/show/output.ts', 'cli/show/editor-screen.ts'];

/** Processes of their own, whose output is a log or is read by luci. */
const otherPrograms = /^engine\/(embedded|host)\//;

/** Ways to a terminal: the streams, the console, a descriptor that is written to, and what is named by a path. */
const ways = [
  /\bprocess\s*(\.|\[\s*['"`])(stdout|stderr)\b/,
  /\{[^{}]*\b(stdout|stderr)\b[^{}]*\}\s*=\s*process\b/,
  /\bconsole\s*[.[]/,
  /\bwrite(v|File)?Sync\(\s*[012]\b/,
  /\/dev\/(tty|stdout|stderr|fd)\b/,
  /\bopenOutput\(/,
];

function waysOf(text: string): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return ways.filter((way) => way.test(code)).map(String);
}

test('only the door writes to the terminal', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(sep, '/'));
  const others = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('.test.ts') &&
      !file.startsWith('node_modules') &&
      !doors.includes(file) &&
      !otherPrograms.test(file),
  );
  expect(others.length).toBeGreaterThan(100);
  const found = others.flatMap((file) => waysOf(readFileSync(join(source, file), 'utf8')).map((way) => `${file}: ${way}`));
  // The terminal of this process is made of the two outputs of the door.
  expect(found).toEqual([`cli/show/terminal.ts: ${String(ways[5])}`]);
});

test.each([
  'process.stdout.write(text)',
  "process['stderr'].write(text)",
  'const { stderr } = process;',
  'console.log(text)',
  'writeSync(1, text)',
  "createWriteStream('/dev/tty')",
])('%s is another way', (code) => {
  expect(waysOf(code)).toHaveLength(1);
});

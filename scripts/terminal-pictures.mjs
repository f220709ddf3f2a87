// node scripts/terminal-pictures.mjs: runs commands in a terminal of 100 and of 40 columns and draws what it shows, as docs/pictures/*.svg.
// Needs `script` of util-linux, and the starter's file as LUCI_PICTURE_MODEL: it is served by the hub of the tests at its real place and
// installed from there, so that what is drawn is what happens. A home of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const folder = join(root, 'docs', 'pictures');
const home = mkdtempSync(join(tmpdir(), 'luci-pictures-'));
const escapeCode = String.fromCharCode(27);
const colourCode = new RegExp(`(${escapeCode}\\[[\\d;]*[A-Za-z])`);
// A colour holds until the next, also over the end of a line.
let style = '';
const model = process.env.LUCI_PICTURE_MODEL;
const shots = [
  ['list', ['list'], 40],
  ['llm-list-all', ['llm', 'list', 'all'], 16],
  ['search', ['search', 'coder', '--fits'], 16],
  ['plan', ['install', 'llama3.2', 'qwen2.5-coder', '--dry-run', '--offline'], 40],
  ['unknown', ['install', 'lama3.2'], 40],
];

const hub = await startHub();

try {
  mkdirSync(folder, { recursive: true });
  for (const columns of [100, 40]) {
    const install = ['install', 'smollm2-135m'];
    rmSync(join(home, 'models'), { recursive: true, force: true });
    const frames = framesOf(inTerminal(install, columns));
    draw('fetching', install, columns, frames[Math.floor(frames.length * 0.6)]);
    draw('installed', install, columns, frames.at(-1));
    for (const [name, args, most] of shots) draw(name, args, columns, framesOf(inTerminal(args, columns)).at(-1).slice(0, most));
  }
} finally {
  hub.kill();
  rmSync(home, { recursive: true, force: true });
}

function draw(name, args, columns, lines) {
  const path = join(folder, `${name}-${columns}.svg`);
  writeFileSync(path, picture([`$ luci ${args.join(' ')}`.slice(0, columns), ...lines], columns));
  process.stdout.write(`${path}\n`);
}

/** The hub of the tests with the starter at its place, no faster than a good line at home; its address. */
async function startHub() {
  if (!model) throw new Error('LUCI_PICTURE_MODEL names the .gguf file of the starter, smollm2-135m');
  const run = [join(root, 'scripts', 'run-typescript.mjs'), join(root, 'test', 'fixtures', 'hub', 'main.ts')];
  const child = spawn(process.execPath, [...run, '--file', model, '--model', 'smollm2-135m', '--rate', '4000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout) {
    said += text;
    const endpoint = /HF_ENDPOINT=(\S+)/.exec(said)?.[1];
    if (endpoint) return { endpoint, kill: () => child.kill() };
  }
  throw new Error(`the hub did not start: ${said}`);
}

/** What the terminal showed, one list of lines for each time it was drawn anew. */
function framesOf(text) {
  const frames = [];
  let lines = [''];
  // What is drawn anew goes up some lines and empties the rest of the screen.
  for (const part of text.split(new RegExp(`(\\r${escapeCode}\\[\\d+A${escapeCode}\\[0J)`))) {
    const up = new RegExp(`^\\r${escapeCode}\\[(\\d+)A`).exec(part)?.[1];
    if (up !== undefined) lines = [...lines.slice(0, -1 - Number(up)), ''];
    else {
      const [first, ...more] = part.split('\n');
      lines = [...lines.slice(0, -1), lines.at(-1) + first, ...more];
      frames.push(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
    }
  }
  return frames;
}

/** All that a terminal of this width is sent, with its colour codes. */
function inTerminal(args, columns) {
  const quoted = [process.execPath, join(root, 'dist', 'cli.cjs'), ...args].map((word) => `'${word}'`).join(' ');
  const env = { ...process.env, LUCI_HOME: home, HF_ENDPOINT: hub.endpoint, HF_TOKEN: '', TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  const { stdout } = spawnSync('script', ['-qec', `stty cols ${columns} rows 60; ${quoted}`, '/dev/null'], { env, encoding: 'utf8' });
  return stdout.replaceAll('\r\n', '\n');
}

/** An SVG of lines of text with colour codes. */
function picture(lines, columns) {
  const [charWidth, lineHeight, margin] = [8.43, 19, 14];
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const rows = lines.map((line, row) => {
    let column = 0;
    const spans = pieces(line).map(({ text, style }) => {
      const x = (margin + column * charWidth).toFixed(1);
      const length = [...text].length;
      column += length;
      return text.trim() === ''
        ? ''
        : `<tspan x="${x}" textLength="${(length * charWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</tspan>`;
    });
    return `<text y="${margin + (row + 0.75) * lineHeight}" xml:space="preserve">${spans.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d8dee9">`,
    `<rect width="${width}" height="${height}" rx="6" fill="#1e222a"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

/** Text cut where its colour changes. */
function pieces(line) {
  const styles = { 1: ' font-weight="bold"', 2: ' fill="#8b93a1"', 31: ' fill="#f07178"', 32: ' fill="#8fc66f"', 33: ' fill="#e5c07b"' };
  return line.split(colourCode).flatMap((part) => {
    const code = part.startsWith(escapeCode) ? part.slice(2, -1) : undefined;
    if (code !== undefined) style = styles[code] ?? '';
    return part === '' || part.startsWith(escapeCode) ? [] : [{ text: part, style }];
  });
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

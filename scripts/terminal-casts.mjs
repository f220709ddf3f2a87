// npm run casts: what a person sees of a chat and of a test, as moving pictures (docs/pictures/cast-*.svg). The real program runs on a real
// pseudo-terminal with a real model: LUCI_CAST_MODEL names its .gguf file. Waits are cut to a second; the answers are the model's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = dirname(import.meta.dirname);
const model = process.env.LUCI_CAST_MODEL;
if (!model) throw new Error('LUCI_CAST_MODEL names the .gguf file of a model that answers well');
const home = mkdtempSync(join(tmpdir(), 'luci-casts-'));
const { NO_COLOR: _, ...inherited } = process.env;
const environment = { ...inherited, LUCI_HOME: home, LANG: 'C.UTF-8' };
const size = { cols: 88, rows: 24 };
const sampleMs = 80;
const longestWaitMs = 1000;
const lastMs = 4000;
const palette = { 1: '#f07178', 2: '#8fc66f', 3: '#e5c07b', 4: '#82aaff', 5: '#c792ea', 6: '#89ddff' };

try {
  await run(['install', model, '-y'], []);
  const [{ name }] = JSON.parse(await run(['list', '--json'], [], { isRaw: true }));
  const chat = [
    ['> ', 'what is 15% of 80?\r'],
    ['> ', 'Name three uses of a hash map, each in at most five words.\r'],
    ['> ', '/context\r'],
    ['> ', '\u0004'],
  ];
  draw('chat', `luci chat ${name}`, await record(['chat', name], chat));
  draw('test', `luci test ${name}`, await record(['test', name, '-y'], []));
} finally {
  await run(['stop', '--all'], []);
  rmSync(home, { recursive: true, force: true });
}

/** Runs a command on a terminal and types into it; what the screen showed, each with its milliseconds. */
async function record(args, steps) {
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true });
  const frames = [];
  let last = Date.now();
  const sample = () => {
    const rows = screenRows(terminal);
    const text = JSON.stringify(rows);
    if (text === frames.at(-1)?.text) return;
    const now = Date.now();
    if (frames.length > 0) frames[frames.length - 1].ms = Math.min(now - last, longestWaitMs);
    frames.push({ rows, text, ms: lastMs });
    last = now;
  };
  const timer = setInterval(sample, sampleMs);
  await run(args, steps, { onData: (data) => terminal.write(data) });
  await new Promise((resolve) => terminal.write('', resolve));
  clearInterval(timer);
  sample();
  return frames;
}

/** Runs a command; each step is typed, a letter at a time, once its text was written. */
function run(args, steps, { onData, isRaw = false } = {}) {
  const child = pty.spawn(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], {
    name: 'xterm-256color',
    ...size,
    cols: isRaw ? 4000 : size.cols,
    env: { ...environment, ...(isRaw ? { NO_COLOR: '1' } : {}) },
  });
  const left = [...steps];
  let written = '';
  let seen = 0;
  child.onData((data) => {
    onData?.(data);
    written += data;
    const [next] = left;
    const at = next ? written.indexOf(next[0], seen) : -1;
    if (at < 0) return;
    seen = written.length;
    left.shift();
    type(child, next[1]);
  });
  return new Promise((resolve, reject) =>
    child.onExit(({ exitCode }) =>
      exitCode === 0 || exitCode === 8 ? resolve(written) : reject(new Error(`luci ${args.join(' ')}: ${exitCode}\n${written}`)),
    ),
  );
}

async function type(child, text) {
  await new Promise((resolve) => setTimeout(resolve, 700));
  for (const letter of text) {
    child.write(letter);
    await new Promise((resolve) => setTimeout(resolve, 45));
  }
}

/** The screen as rows of text with their looks. */
function screenRows({ buffer: { active }, rows, cols }) {
  return Array.from({ length: rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    const cells = Array.from({ length: line ? cols : 0 }, (_, column) => line.getCell(column));
    return piecesOf(cells).filter(({ text }) => text !== '');
  });
}

/** Cells side by side that look the same, as one piece of text. */
function piecesOf(cells) {
  const pieces = [];
  for (const [column, cell] of cells.entries()) {
    const letter = cell.getChars() || ' '.repeat(cell.getWidth());
    const look = lookOf(cell);
    const last = pieces.at(-1);
    if (last?.look === look) last.text += letter;
    else pieces.push({ column, look, text: letter });
  }
  return pieces.map((piece) => ({ ...piece, text: piece.text.trimEnd() }));
}

function lookOf(cell) {
  const colour = cell.isFgPalette() ? palette[cell.getFgColor() % 8] : undefined;
  const fill = cell.isDim() ? '#8b93a1' : colour;
  return `${cell.isBold() ? ' font-weight="bold"' : ''}${fill ? ` fill="${fill}"` : ''}`;
}

/** An SVG that shows the frames one after another, each row that is the same only once. */
function draw(name, command, frames) {
  const [charWidth, lineHeight, margin] = [8.43, 19, 14];
  const width = Math.ceil(size.cols * charWidth + 2 * margin);
  const usedRows = Math.max(...frames.map(({ rows }) => rows.findLastIndex((pieces) => pieces.length > 0) + 1));
  const height = (usedRows + 1) * lineHeight + 2 * margin;
  const known = new Map();
  const rowOf = (pieces) => {
    const spans = pieces.map(
      ({ column, look, text }) => `<tspan x="${(margin + column * charWidth).toFixed(1)}"${look}>${escaped(text)}</tspan>`,
    );
    const text = spans.join('');
    if (!known.has(text)) known.set(text, `r${known.size}`);
    return known.get(text);
  };
  const totalMs = frames.reduce((sum, { ms }) => sum + ms, 0);
  let atMs = 0;
  const groups = frames.map(({ rows, ms }, index) => {
    const uses = rows.map((pieces, row) =>
      pieces.length === 0 ? '' : `<use href="#${rowOf(pieces)}" y="${margin + (row + 1.75) * lineHeight}"/>`,
    );
    const [from, to] = [(atMs / totalMs) * 100, ((atMs + ms) / totalMs) * 100].map((percent) => percent.toFixed(3));
    atMs += ms;
    const start = index === 0 ? '' : `0%{opacity:0}`;
    return {
      style: `@keyframes k${index}{${start}${from}%{opacity:1}${to}%{opacity:0}100%{opacity:${index === frames.length - 1 ? 1 : 0}}}#f${index}{animation:k${index} ${totalMs}ms step-end infinite}`,
      group: `<g id="f${index}" opacity="0">${uses.join('')}</g>`,
    };
  });
  const last = `#f${frames.length - 1}`;
  const path = join(root, 'docs', 'pictures', `cast-${name}.svg`);
  writeFileSync(
    path,
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d8dee9">`,
      `<style>text{white-space:pre}${groups.map(({ style }) => style).join('')}@media (prefers-reduced-motion:reduce){g{animation:none!important}${last}{opacity:1}}</style>`,
      `<defs>${[...known].map(([text, id]) => `<text id="${id}" xml:space="preserve">${text}</text>`).join('')}</defs>`,
      `<rect width="${width}" height="${height}" rx="6" fill="#1e222a"/>`,
      `<text x="${margin}" y="${margin + 0.75 * lineHeight}">$ ${escaped(command)}</text>`,
      ...groups.map(({ group }) => group),
      '</svg>\n',
    ].join('\n'),
  );
  process.stdout.write(`${path}\n`);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// node scripts/terminal-pictures.mjs: runs commands in a terminal of 100 and of 40 columns and draws what it shows, as docs/pictures/*.svg.
// Needs `script` of util-linux. A home of its own, with the starter of LUCI_PICTURE_MODEL (a .gguf file) dropped in where it is given.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const folder = join(root, 'docs', 'pictures');
const home = mkdtempSync(join(tmpdir(), 'luci-pictures-'));
const escapeCode = String.fromCharCode(27);
const colourCode = new RegExp(`(${escapeCode}\\[[\\d;]*[A-Za-z])`);
const model = process.env.LUCI_PICTURE_MODEL;
const shots = [
  ['list', ['list'], 40],
  ['llm-list-all', ['llm', 'list', 'all'], 16],
  ['search', ['search', 'coder', '--fits'], 16],
  ['plan', ['install', 'llama3.2', 'qwen2.5-coder', '--dry-run', '--offline'], 40],
  ['installed', ['install', 'smollm2-135m', '--offline'], 40],
  ['unknown', ['install', 'lama3.2'], 40],
];

try {
  mkdirSync(join(home, 'models'), { recursive: true });
  mkdirSync(folder, { recursive: true });
  if (model) {
    copyFileSync(model, join(home, 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf'));
    inTerminal(['install', 'smollm2-135m', '--offline'], 100);
  }
  for (const columns of [100, 40])
    for (const [name, args, most] of shots) {
      const lines = inTerminal(args, columns).slice(0, most);
      const path = join(folder, `${name}-${columns}.svg`);
      writeFileSync(path, picture([`$ luci ${args.join(' ')}`.slice(0, columns), ...lines], columns));
      process.stdout.write(`${path}\n`);
    }
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** The lines a terminal of this width shows, with their colour codes. */
function inTerminal(args, columns) {
  const quoted = [process.execPath, join(root, 'dist', 'cli.cjs'), ...args].map((word) => `'${word}'`).join(' ');
  const env = { ...process.env, LUCI_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  const { stdout } = spawnSync('script', ['-qec', `stty cols ${columns} rows 60; ${quoted}`, '/dev/null'], { env, encoding: 'utf8' });
  return stdout.replaceAll('\r\n', '\n').trimEnd().split('\n');
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
  let style = '';
  return line.split(colourCode).flatMap((part) => {
    const code = part.startsWith(escapeCode) ? part.slice(2, -1) : undefined;
    if (code !== undefined) style = styles[code] ?? '';
    return part === '' || part.startsWith(escapeCode) ? [] : [{ text: part, style }];
  });
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import type { Finding } from '../../app/doctor/diagnose.ts';
import { defineCommand } from '../command.ts';
import { homeInHint } from '../show/home-in-commands.ts';
import type { Terminal } from '../show/terminal.ts';
import { fill, pad, printable, printableText } from '../show/text.ts';

/** `luci doctor`: what of this machine luci can use, and what to do about the rest. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'look at the machine, the engine, the store and the network',
  details: 'Asks the model hub for one answer unless offline; changes nothing. Exit status 7 when no engine can run here, else 0.',
  async run({ luci, show, signal }) {
    const findings = await (await luci()).doctor({ signal });
    if (show.json) show.data(findings);
    else for (const finding of findings) show.result(lines({ ...finding, fix: homeInHint(finding.fix, show.home) }, show.terminal));
    return findings.some(({ topic, state }) => topic === 'engine' && state === 'wrong') ? 7 : 0;
  },
});

function lines({ topic, state, text, fix }: Finding, terminal: Terminal): string {
  const { marks, style } = terminal;
  const mark = {
    good: style('good', marks.done, 'out'),
    note: marks.bullet,
    wrong: style('bad', marks.wrong, 'out'),
  }[state];
  const parts = [printable(text), ...(fix ? printableText(fix).split('\n') : [])];
  // On a narrow terminal the text goes below its topic.
  const indent = ' '.repeat(terminal.columns < 50 ? 2 : 13);
  const body = parts.map((part) => (terminal.outIsTerminal ? fill(`${indent}${part}`, terminal.columns) : `${indent}${part}`)).join('\n');
  const head = `${pad(mark, 2)}${pad(topic, 11)}`;
  return terminal.columns < 50 ? `${head.trimEnd()}\n${body}` : `${head}${body.trimStart()}`;
}

import { LuciError } from '../../base/errors.ts';
import { headerSecret } from '../../base/header-text.ts';
import { anyText, duration, textLike } from '../../base/value-kinds.ts';
import type { CheckResult } from '../../conform/check.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** `luci conform`: whether a server of models keeps to the wire that clients know. */

const variableName = textLike(/^[A-Za-z_]\w*$/, { expected: 'the name of a variable', example: 'OPENAI_API_KEY' });

export const conform = defineCommand({
  name: 'conform',
  operands: '<url>',
  example: 'http://127.0.0.1:8080',
  summary: 'check what a server of models says against what clients need',
  details:
    'Asks any server that speaks the protocol of OpenAI, and those of Ollama and Anthropic where they are offered, about sixty short questions, and says what does not hold and which clients stumble over it. Exit status 8 where something does not hold. docs/conform.md has the table.',
  options: {
    model: { kind: anyText('llama3.2'), short: 'm', value: 'NAME', summary: 'model of the server to ask (default: the first of its list)' },
    keyEnv: { kind: variableName, value: 'VARIABLE', summary: 'environment variable that holds the key' },
    timeout: { kind: duration('60s'), value: 'TIME', summary: 'the longest one question may take (default 60s)' },
  },
  run: (context) => check(context, context.options),
});

interface Options {
  readonly model?: string;
  readonly keyEnv?: string;
  readonly timeout?: number;
}

async function check(
  { operands: [url = ''], luci: open, show, signal }: CommandContext,
  { model, keyEnv, timeout }: Options,
): Promise<number> {
  const luci = await open();
  const key = keyEnv === undefined ? undefined : keyIn(keyEnv, luci.settings.system.variable);
  const { conform: events } = await import('../../conform/conform.ts');
  const results: CheckResult[] = [];
  const asked = new Set<string>();
  for await (const event of events(luci.net, { url, model, key, timeoutMs: timeout ? timeout * 1000 : undefined, signal })) {
    if (event.type === 'check') {
      results.push(event.result);
      if (!show.json) showResult(event.result, show);
    } else if (event.isSpoken) {
      asked.add(event.model);
      show.note(show.terminal.style('dim', `${event.protocol}: asking ${printable(event.model)}`));
    }
  }
  const count = (holds: boolean | undefined): number => results.filter((result) => result.holds === holds).length;
  const summary = { holding: count(true), failing: count(false), untold: count(undefined) };
  if (show.json) show.data({ url, model: [...asked][0], ...summary, checks: results.map(toldInJson) });
  else show.result(`${summary.holding} hold, ${summary.failing} do not, ${summary.untold} are not offered or cannot be told`);
  return summary.failing > 0 ? 8 : 0;
}

function keyIn(name: string, variable: (name: string) => string | undefined): string {
  const key = variable(name);
  if (key === undefined) throw new LuciError('CONFIG_INVALID', `The key should be in the variable ${name}, which is not set.`);
  return headerSecret(key, name);
}

/** One line a check; under a failure who stumbles over it. */
function showResult({ id, must, holds, why, breaks }: CheckResult, { result, terminal: { style, marks } }: Show): void {
  const mark = { true: style('good', marks.done, 'out'), false: style('bad', marks.wrong, 'out'), undefined: marks.none }[String(holds)];
  const found = why === undefined ? '' : `: ${printable(why)}`;
  result(`${mark} ${id}  ${must}${found}`);
  if (holds === false) result(`    breaks ${breaks.join(', ')}`);
}

/** A check that cannot be told is neither true nor false: JSON says null. */
function toldInJson({ holds, ...result }: CheckResult): object {
  return { ...result, holds: holds ?? null };
}

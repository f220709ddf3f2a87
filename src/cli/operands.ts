import { LuciError } from '../base/errors.ts';
import { type Command, operandForms } from './command.ts';

/** Operands are what a command says it takes: none is passed over, and none is missing. `luci clean llama3.2` does not clean a model. */
export function requireOperands(command: Command, path: string, operands: readonly string[]): void {
  const forms = operandForms(command);
  const missing = forms.slice(operands.length).find(({ isOptional }) => !isOptional);
  const hint = command.example === undefined ? `luci ${path} --help` : `luci ${path} ${command.example}`;
  if (missing) throw new LuciError('USAGE', `luci ${path} needs ${missing.shown.replace('...', '')}.`, { hint });
  if (forms.some(({ isMultiple }) => isMultiple)) return;
  const tooMany = operands[forms.length];
  if (tooMany === undefined) return;
  const taken = forms.map(({ shown }) => shown).join(' ');
  const why = forms.length === 0 ? `no words, and "${tooMany}" is one.` : `${taken}, and "${tooMany}" is one too many.`;
  throw new LuciError('USAGE', `luci ${path} takes ${why}`, { hint: `luci ${path} --help` });
}

import type { CaseDefinition, Verifier } from '../../src/tiers/case.ts';
import { instanceOf } from '../../src/tiers/suite.ts';

/** Whether answers to a case run in a sandbox: they take a tenth of a second each, the others none. */
export function needsSandbox(definition: CaseDefinition): boolean {
  const { turns } = instanceOf(definition, '0', 0);
  return turns.some(({ verify }) => verify && runsCode(verify));
}

function runsCode(verify: Verifier): boolean {
  if (verify.kind === 'all') return verify.parts.some(runsCode);
  return ['code', 'regex', 'sql', 'project'].includes(verify.kind);
}

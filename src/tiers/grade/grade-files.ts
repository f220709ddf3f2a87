import { ToolError } from '../../agent/tool.ts';
import { namesOf } from '../../agent/workspace/path-names.ts';
import type { Verifier } from '../case.ts';
import type { Grading } from './grading.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders that look at the made-up machine after a turn: its files, and the calls that were made. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export async function gradeState(verifier: Of<'state'>, { answered, gradeAlso }: Grading): Promise<Grade> {
  const { files: wanted, asJson = false, keysInOrder = false, answer } = verifier;
  const { text, files = {} } = answered;
  const wrongCalls = gradeCalls(verifier, answered.calls ?? []);
  if (wrongCalls) return wrongCalls;
  const paths = [...new Set([...Object.keys(wanted), ...Object.keys(files)])].sort();
  const wrong = paths.find(
    (path) => !sameContent(wanted[path], files[path], asJson && path.endsWith('.json') ? (keysInOrder ? 'in order' : 'values') : 'text'),
  );
  if (wrong !== undefined) {
    const what = files[wrong] === undefined ? 'is missing' : wanted[wrong] === undefined ? 'should not be there' : 'has another content';
    return failed(`${wrong} ${what}`, files[wrong]?.slice(0, 200));
  }
  return answer ? gradeAlso(answer, { text }) : passed;
}

/** @returns What is wrong with the calls, if anything is. */
function gradeCalls(
  { called = [], notCalled = [], calledOn, mostCalls }: Of<'state'>,
  calls: NonNullable<Grading['answered']['calls']>,
): Grade | undefined {
  const outside = calls.find(({ facts, args }) => facts?.outside && !isTopOfFolder(args));
  if (outside) return failed('it tried to leave the folder', outside.content);
  const missing = called.find((name) => !calls.some((call) => call.name === name && !call.isError));
  if (missing !== undefined) return failed(`${missing} was not used`);
  const early = calls.find(({ name, isError }) => !isError && notCalled.includes(name));
  if (early) return failed(`${early.name} was used, which had to wait`);
  if (calledOn && !calls.some(({ name, isError, args }) => name === calledOn.name && !isError && isOn(args, calledOn.path)))
    return failed(`${calledOn.name} was not used on ${calledOn.path}`);
  if (mostCalls !== undefined && calls.length > mostCalls) return failed(`${calls.length} calls, at most ${mostCalls} are needed`);
  return undefined;
}

/** A slash before a name is how small models write the top of the folder: it was refused, and no place of the machine was asked for. */
function isTopOfFolder(args: unknown): boolean {
  const { path, from, to } = (args ?? {}) as Readonly<Record<string, unknown>>;
  const refused = [path, from, to].find((one) => typeof one === 'string' && leadsOut(one));
  return typeof refused === 'string' && /^\/[^/]/.test(refused) && !placeOfMachine.test(refused);
}

function leadsOut(path: string): boolean {
  try {
    namesOf(path);
    return false;
  } catch (error) {
    return error instanceof ToolError && error.facts.outside === true;
  }
}

const placeOfMachine =
  /^\/(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|users|library|applications|windows)(?:\/|$)/i;

function isOn(args: unknown, path: string): boolean {
  const given = Object.values((args ?? {}) as Readonly<Record<string, unknown>>);
  return given.some((value) => typeof value === 'string' && value.replace(/^(?:\.?\/)+|\/+$/g, '') === path);
}

export function gradeUntouched({ files: wanted, only }: Of<'untouched'>, { answered: { files = {} } }: Grading): Grade {
  const added = Object.keys(files).filter((path) => !only.includes(path));
  if (added.length > 0) return failed('files were added', added.join(', '));
  const changed = Object.entries(wanted).find(([path, content]) => files[path] !== content);
  return changed ? failed('a file that had to stay was changed', changed[0]) : passed;
}

function sameContent(wanted: string | undefined, found: string | undefined, how: 'text' | 'values' | 'in order'): boolean {
  if (wanted === undefined || found === undefined) return wanted === found;
  if (how === 'text') return wanted.trimEnd() === found.trimEnd();
  try {
    const [is, want] = [JSON.parse(found), JSON.parse(wanted)] as unknown[];
    return how === 'values' ? sameValue(is, want) : JSON.stringify(is) === JSON.stringify(want);
  } catch {
    return false;
  }
}

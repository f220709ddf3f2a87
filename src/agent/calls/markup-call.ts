import { isRecord } from '../../base/value-rules.ts';
import {
  type Attempt,
  bareName,
  type CallForm,
  type CallReading,
  type CallScope,
  mayBecome,
  none,
  offered,
  undecided,
} from './call-form.ts';
import { matchAt, readValue, skipBlanks } from './read-value.ts';

/** A call in markup: `<function=clock>`, `<invoke name="clock">`, or the tool's name as a tag, with parameters as tags or as JSON. */
export const markupCall: CallForm = {
  name: 'markup',
  example: '<function=clock><parameter=town>Oslo</parameter></function>',
  read(text, at, scope) {
    if (text[at] !== '<') return none;
    const opened = matchAt(/<(?:(function|invoke)(?:=|\s+name=)["']?([\w.:-]+)["']?|([\w.-]+))\s*>/y, text, at);
    if (!opened) return !scope.isFinal && mayOpen(text, at, scope) ? undecided : none;
    const [tag, element = opened[3] ?? '', written = opened[3] ?? ''] = opened;
    const tool = offered(scope.tools, written);
    if (!tool && (opened[3] !== undefined || !/^[\w.:-]+$/.test(written))) return none;
    return bodyOf(text, at + tag.length, { element, name: bareName(written), scope });
  },
};

interface Opened {
  readonly element: string;
  readonly name: string;
  readonly scope: CallScope;
}

function bodyOf(text: string, start: number, { element, name, scope }: Opened): CallReading {
  const close = `</${element}>`;
  const at = text.indexOf(close, start);
  if (at < 0 && !scope.isFinal) return undecided;
  const body = at < 0 ? text.slice(start) : text.slice(start, at);
  const end = at < 0 ? text.length : at + close.length;
  const given = parametersOf(body);
  const attempt: Attempt = given ? { name, arguments: given } : { name, arguments: {}, problem: at < 0 ? 'cut' : 'broken' };
  return { state: 'calls', attempts: [attempt], end };
}

/** Parameters as tags, `<parameter=town>Oslo</parameter>`, `<town>Oslo</town>`, or as one JSON object; undefined where they are cut. */
export function parametersOf(body: string): Record<string, unknown> | undefined {
  const start = skipBlanks(body, 0);
  if (start === body.length) return {};
  if (body[start] === '{') {
    const read = readValue(body, start);
    const isUsable = read.state === 'whole' || (read.state === 'cut' && read.isClosable);
    return isUsable && isRecord(read.value) ? read.value : undefined;
  }
  const given: Record<string, unknown> = {};
  const pattern = /\s*<(?:parameter(?:=|\s+name=)["']?([\w.-]+)["']?|([\w.-]+))\s*>\n?([\s\S]*?)\n?<\/(?:parameter|\2)>\s*/y;
  for (let at = 0; at < body.length; ) {
    const found = matchAt(pattern, body, at);
    if (!found) return undefined;
    given[found[1] ?? found[2] ?? ''] = found[3] ?? '';
    at += found[0].length;
  }
  return given;
}

function mayOpen(text: string, at: number, { tools }: CallScope): boolean {
  const left = text.slice(at);
  if (left.includes('>') || left.length > 100) return false;
  const heads = ['<function=', '<function name=', '<invoke name=', ...tools.map(({ name }) => `<${name}>`)];
  return heads.some((head) => mayBecome(head, text, at) || left.startsWith(head));
}

import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { SaxesParser } from 'saxes';
import { beforeAll, expect, test } from 'vitest';
import { htmlReport } from '../../src/tiers/report/html-report.ts';
import { junitReport } from '../../src/tiers/report/junit.ts';
import { publishable } from '../../src/tiers/report/private-paths.ts';
import type { ReportedRun } from '../../src/tiers/report/report-data.ts';
import { style } from '../../src/tiers/report/style.ts';
import type { CaseResult } from '../../src/tiers/result.ts';
import { casesOf } from '../../src/tiers/suite.ts';
import { madeUpRun } from '../fixtures/made-up-runs.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';

/** The page and the JUnit file of made-up models, read by a real HTML and a real XML parser. */

type Element = DefaultTreeAdapterTypes.Element;

const first = (tier: 0 | 1, count: number): ReadonlySet<string> =>
  new Set(
    casesOf(tier)
      .slice(0, count)
      .map(({ id }) => id),
  );

let strong: ReportedRun;
let weak: ReportedRun;
let repeated: ReportedRun;
beforeAll(async () => {
  const known = new Set([...first(0, 10), ...first(1, 5)]);
  strong = await madeUpRun({ model: 'strong', nativeTier: 1, tokensPerSecond: 20, knows: (_, id) => known.has(id) });
  weak = await madeUpRun({ model: 'weak', tokensPerSecond: 100, knows: (_, id) => first(0, 7).has(id) });
  repeated = await madeUpRun({ model: 'repeated', repeats: 3, knows: (_, id, variant) => id !== 't0-json' || variant === 2 });
});

test('the bars of tiers say and show share, interval and the 80 % line', () => {
  const [chart] = charts([strong, weak], 'tier-bars');
  expect(labelOf(chart)).toBe(
    'Share of answers passed by tier. 80 percent are needed. strong: tier 0 10 of 10, 100 percent, interval 72 to 100, pass; tier 1 5 of 9, 56 percent, interval 27 to 81, fail. weak: tier 0 7 of 10, 70 percent, interval 40 to 89, fail.',
  );
  const widths = boxes(chart, 'bar').map(({ width }) => width);
  const [full = 0] = boxes(chart, 'track').map(({ width }) => width);
  expect(widths.map((width) => Math.round((width / full) * 100))).toEqual([100, 56, 70]);
  const paths = elements(chart, 'path').map((path) => ({ kind: attribute(path, 'class'), d: attribute(path, 'd') ?? '' }));
  const [limit] = paths.filter(({ kind }) => kind === 'limit');
  const start = boxes(chart, 'track')[0]?.x ?? 0;
  expect(Number(/^M([\d.]+),/.exec(limit?.d ?? '')?.[1])).toBeCloseTo(start + 0.8 * full, 0);
  const whisker = paths.filter(({ kind }) => kind === 'whisker')[2]?.d ?? '';
  const ends = [...whisker.matchAll(/M([\d.]+),/g)].map(([, x]) => Math.round(((Number(x) - start) / full) * 100));
  expect([ends[0], ends.at(-1)]).toEqual([40, 89]);
});

test('abilities, heat map and speed have their numbers in words and in form', () => {
  const [abilities] = charts([weak], 'ability-bars');
  expect(labelOf(abilities)).toMatch(/^Answers passed by ability of weak: instructions 1 of 1; .*tools 1 of 4\.$/);
  const [passed, failed] = [boxes(abilities, 'passed'), boxes(abilities, 'failed')];
  expect((passed.at(-1)?.width ?? 0) * 3).toBeCloseTo(failed.at(-1)?.width ?? 0, 0);

  const [map] = charts([repeated, weak], 'heat-map');
  expect(labelOf(map)).toContain('repeated: copy 3 of 3');
  expect(labelOf(map)).toContain('json 1 of 3');
  expect(labelOf(map)).toContain('weak: copy 1 of 1');
  expect(boxes(map, 'failed')).toHaveLength(20);
  const heights = boxes(map, 'passed').map(({ height }) => height);
  expect(Math.min(...heights) * 3).toBeCloseTo(Math.max(...heights), 0);
  expect(Math.max(...heights)).toBeCloseTo(boxes(map, 'failed')[0]?.height ?? 0, 0);
  expect(boxes(map, 'passed')).toHaveLength(10 + 7);

  const [speed] = charts([strong, weak], 'speed-chart');
  expect(labelOf(speed)).toBe('Speed in tokens a second and cases passed of 39: strong 20 and 15; weak 100 and 7.');
  const [slow, fast] = elements(speed, 'path')
    .filter((path) => attribute(path, 'class') === 'point')
    .map((path) =>
      /\(([\d.]+) ([\d.]+)\)/
        .exec(attribute(path, 'transform') ?? '')
        ?.slice(1)
        .map(Number),
    );
  expect(slow?.[0]).toBeLessThan(fast?.[0] ?? 0);
  expect(slow?.[1]).toBeLessThan(fast?.[1] ?? 0);
  expect(charts([weak], 'speed-chart')).toHaveLength(0);
});

test('every answer has a tile that leads to it, with prompt, answer and the reason of the grader', () => {
  const page = parsed([repeated, weak]);
  const ids = all(page).flatMap((element) => attribute(element, 'id') ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const tiles = all(page).filter((element) => attribute(element, 'class')?.startsWith('tile'));
  expect(tiles).toHaveLength(30 + 10);
  for (const tile of tiles) {
    expect(ids).toContain(attribute(tile, 'href')?.slice(1));
    expect(attribute(tile, 'aria-label')).toMatch(/^t0-\w+, repeat [123]: (passed|failed)$/);
  }
  const answers = elements(page, 'details').filter((element) => attribute(element, 'class') === 'answer');
  expect(answers).toHaveLength(40);
  const [json] = answers.filter((answer) => attribute(answer, 'data-status') === 'fail');
  expect(textOf(json)).toMatch(/✗ failed t0-json #1 .*PromptTurn this sentence.*Answer\{.*\}Grader✗ failed: the values differ/s);
});

test('the filter shows one status at a time, without a script', () => {
  const page = parsed([strong, weak]);
  const radios = elements(page, 'input').map((input) => [attribute(input, 'type'), attribute(input, 'name'), attribute(input, 'id')]);
  expect(radios).toEqual(['all', 'fail', 'error', 'pass'].map((status) => ['radio', 'show', `show-${status}`]));
  expect(elements(page, 'label').map(textOf)).toEqual(['all (29)', '✗ failed (7)', '! errors (0)', '✓ passed (22)']);
  for (const status of ['fail', 'error', 'pass'])
    expect(style).toContain(`main:has(#show-${status}:checked) .answer:not([data-status=${status}])`);
  expect(elements(page, 'script')).toEqual([]);
});

test('what it was tested with stands there: suite, seed, machine, sandboxes, chance', () => {
  const text = textOf(parsed([weak]));
  expect(text).toMatch(/luci-tiers [\d.]+ \([\da-f]{6}\), seed 0/);
  for (const fact of [
    'Linux 6.1 x64, 2 cores, 8.00 GB memory',
    'QuickJS tried, works, SQLite tried, works',
    'temperature 0, seed 0; tools by grammar',
  ])
    expect(text).toContain(fact);
  const chance = casesOf(0).reduce((sum, { chanceLevel }) => sum + chanceLevel, 0);
  expect(text).toContain(`tier 0${casesOf(0).length}${chance.toFixed(2)}`);
  expect(text).not.toContain('cannot be compared');
  const other = { ...strong, run: { ...strong.run, suiteHash: '000000' } };
  expect(textOf(parsed([weak, other]))).toContain('different suites or seeds: their numbers cannot be compared');
});

test('errors are errors: dashed in the bars, never failed, and the verdict is incomplete', () => {
  const broken = { ...weak, tiers: [], cases: weak.cases.map((result) => (result.status === 'fail' ? asError(result) : result)) };
  const page = parsed([broken]);
  expect(textOf(page)).toContain('! incomplete');
  const [chart] = charts([broken], 'tier-bars');
  expect(labelOf(chart)).toContain('tier 0 7 of 7, 100 percent, 3 errors, interval 65 to 100, incomplete');
  expect(boxes(chart, 'errors')).toHaveLength(1);
});

test('a run without its tier lines, and one with a line said twice, are counted once', () => {
  const [stated] = charts([strong], 'tier-bars').map(labelOf);
  expect(charts([{ ...strong, tiers: [] }], 'tier-bars').map(labelOf)).toEqual([stated]);
  expect(charts([{ ...strong, tiers: [...strong.tiers, ...strong.tiers] }], 'tier-bars').map(labelOf)).toEqual([stated]);
});

const hostileTexts = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></details></style><style>*{display:none}</style>',
  '<a href="https://example.org/">here</a> <svg/onload=alert(1)>',
  '\u001b[31mred\u001b[0m \u202eright to left\u2069 \u0000 \u009b \ud800 \ufffe \u2028',
  '&lt;b&gt; &#60; -->  ]]>  <!--',
];

test.each(hostileTexts)('a model that is called %j and says nothing else is only text', async (text) => {
  const { run, tiers, cases } = await madeUpRun({ model: text, knows: () => false, session: scriptedSession(() => text) });
  const more = cases.map((result) => ({ ...result, caseId: `${result.caseId}${text}`, reason: text, evidence: `${text}.` }));
  const hostile = { run: { ...run, quantization: text, engine: text, suite: text, seed: text }, tiers, cases: more };
  const html = htmlReport([hostile, weak], text);
  const page = parse(html);
  const names = new Set(all(page).map(({ tagName }) => tagName));
  expect([...names].filter((name) => !knownTags.has(name))).toEqual([]);
  expect(elements(page, 'style')).toHaveLength(1);
  expect(elements(page, 'body')).toHaveLength(1);
  for (const element of all(page))
    for (const { name, value } of element.attrs) {
      expect(name).not.toMatch(/^on|^src$|^style$|^xlink/);
      if (name === 'href') expect(value).toMatch(/^#/);
    }
  // No sign that turns text around, moves a cursor or is not allowed at all.
  expect(html).not.toMatch(/[^\n\t -~\u00a0-\u{fffd}]|[\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufffe\uffff]/u);
  if (/^[ -~]+$/.test(text)) expect(textOf(page)).toContain(text);
  expect(elements(page, 'section')).toHaveLength(2);

  const { suites, testCases } = readXml(junitReport([hostile]));
  expect(suites).toHaveLength(1);
  expect(testCases).toHaveLength(10);
  if (/^[ -~]+$/.test(text)) expect(testCases[0]).toMatchObject({ name: `t0-copy${text}#0`, message: text, inner: 'failure' });
});

const knownTags = new Set(
  'html head meta title style body header main footer h1 h2 h3 h4 h5 p br div span section small strong b bdi a ul li dl dt dd table thead tbody tr th td figure figcaption details summary fieldset legend label input pre svg g text rect path'.split(
    ' ',
  ),
);

test('the page asks for nothing from anywhere, and forbids it besides', () => {
  const html = htmlReport([strong, weak], '2026-11-25');
  expect(html).not.toMatch(/\b(src|srcset|action|data|xmlns)=|url\(|@import|https?:/i);
  const [policy] = elements(parse(html), 'meta').filter((meta) => attribute(meta, 'http-equiv') === 'Content-Security-Policy');
  expect(attribute(policy, 'content')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
});

test('colours of text have a contrast of 4.5 or more, in light and in dark', () => {
  const palettes = style.split('@media screen').slice(0, 2).map(coloursOf);
  expect(palettes.map(({ size }) => size)).toEqual([13, 13]);
  const pairs = ['text', 'faint', 'pass', 'fail', 'error', 'accent'].flatMap((ink) => ['ground', 'card'].map((ground) => [ink, ground]));
  const more = [
    ['text', 'pass-fill'],
    ['text', 'fail-fill'],
    ['text', 'error-fill'],
    ['fail', 'fail-fill'],
  ];
  for (const palette of palettes)
    for (const [ink = '', ground = ''] of [...pairs, ...more])
      expect(contrast(palette.get(ink) ?? '', palette.get(ground) ?? ''), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
});

test('no folder of the user’s stands in a report; what a model said of other folders stays', () => {
  const [failed] = weak.cases.filter(({ status }) => status === 'fail');
  const said = 'C:\\Users\\user\\example.txt, /home/ann/.luciferai/models/x.gguf, /home/anna, "C:\\\\Users\\\\Ann\\\\x", see/home/ann';
  const turns = [{ user: 'Where?', text: said }];
  const cases = [{ ...asError(failed), reason: 'cannot read /home/bob/models/x.gguf' }, ...(failed ? [{ ...failed, turns }] : [])];
  const [clean] = publishable(
    [{ ...weak, cases }],
    [
      { path: '/home/ann', shownAs: '~' },
      { path: '/home/ann/.luciferai', shownAs: 'LUCI_HOME' },
      { path: 'C:\\Users\\Ann', shownAs: '~' },
      { path: '/', shownAs: '~' },
    ],
  );
  expect(clean?.cases[0]?.reason).toBe('cannot read ~/models/x.gguf');
  expect(clean?.cases[1]?.turns[0]?.text).toBe('C:\\Users\\user\\example.txt, LUCI_HOME/models/x.gguf, /home/anna, "~\\\\x", see/home/ann');
});

test('JUnit: a suite a model and tier, a case each answer, reasons, errors, diagnostic ones skipped', () => {
  const [failed] = weak.cases.filter(({ status }) => status === 'fail');
  const broken = { ...weak, cases: [...weak.cases.filter((result) => result !== failed), asError(failed)] };
  const diagnostic = { ...strong, tiers: strong.tiers.map((tier) => (tier.tier === 1 ? { ...tier, mode: 'diagnostic' as const } : tier)) };
  const { suites, testCases } = readXml(junitReport([broken, diagnostic]));
  expect(suites).toMatchObject([
    { name: 'weak tier 0', tests: '10', failures: '2', errors: '1', skipped: '0' },
    { name: 'strong tier 0', tests: '10', failures: '0', errors: '0', skipped: '0' },
    { name: 'strong tier 1', tests: '9', failures: '0', errors: '0', skipped: '9' },
  ]);
  expect(testCases[0]).toEqual({ classname: 'weak.tier0', name: 't0-copy#0', time: expect.any(String) });
  expect(testCases.filter(({ inner }) => inner === 'failure')[0]).toMatchObject({ message: expect.stringMatching(/\w/) });
  expect(testCases.filter(({ inner }) => inner === 'error')).toMatchObject([{ message: 'the engine is gone' }]);
  expect(testCases.filter(({ inner }) => inner === 'skipped')).toHaveLength(9);
  const lines = readXml(junitReport([{ ...weak, cases: [{ ...asError(failed), reason: 'one\n\ttwo \u001b[1m' }] }]));
  expect(lines.testCases[0]?.['message']).toBe('one\n\ttwo ␛[1m');
});

function asError(result: CaseResult | undefined): CaseResult {
  if (!result) throw new Error('no such answer');
  const { evidence: _, ...rest } = result;
  return { ...rest, status: 'error', reason: 'the engine is gone' };
}

function readXml(xml: string): { suites: Record<string, string>[]; testCases: Record<string, string>[] } {
  const [suites, testCases]: Record<string, string>[][] = [[], []];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testsuite') suites?.push(attributes);
    else if (name === 'testcase') testCases?.push({ ...attributes });
    else if (name !== 'testsuites') Object.assign(testCases?.at(-1) ?? {}, attributes, { inner: name });
  });
  parser.write(xml).close();
  return { suites: suites ?? [], testCases: testCases ?? [] };
}

function parsed(runs: readonly ReportedRun[]): DefaultTreeAdapterTypes.Document {
  return parse(htmlReport(runs, '2026-11-25'));
}

function charts(runs: readonly ReportedRun[], kind: string): Element[] {
  return elements(parsed(runs), 'svg').filter((svg) => attribute(svg, 'class') === `chart ${kind}` && attribute(svg, 'role') === 'img');
}

function labelOf(chart: Element | undefined): string {
  return attribute(chart, 'aria-label') ?? '';
}

function boxes(chart: Element | undefined, kind: string): { x: number; width: number; height: number }[] {
  return elements(chart, 'rect')
    .filter((rect) => attribute(rect, 'class') === kind)
    .map((rect) => ({
      x: Number(attribute(rect, 'x')),
      width: Number(attribute(rect, 'width')),
      height: Number(attribute(rect, 'height')),
    }));
}

function all(node: DefaultTreeAdapterTypes.Node | undefined): Element[] {
  if (!node || !('childNodes' in node)) return [];
  return node.childNodes.flatMap((child) => ('tagName' in child ? [child, ...all(child)] : []));
}

function elements(node: DefaultTreeAdapterTypes.Node | undefined, name: string): Element[] {
  return all(node).filter(({ tagName }) => tagName === name);
}

function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.attrs.find((candidate) => candidate.name === name)?.value;
}

function textOf(node: DefaultTreeAdapterTypes.Node | undefined): string {
  if (!node) return '';
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

function coloursOf(css: string): ReadonlyMap<string, string> {
  const block = css.slice(css.indexOf(':root'), css.indexOf('}', css.indexOf(':root')));
  return new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{3,6})/g)].map(([, name = '', colour = '']) => [name, colour]));
}

/** Relative luminance and contrast as WCAG 2 defines them. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { TestCaseAnswer, TestCaseEntry } from '../../src/serve/luci/wire.ts';
import { attempt } from '../status.ts';
import { readCase } from './tests.ts';

/** The answers of a run, each opened where it stands. What models wrote is text. */

const signs = { pass: '✓', fail: '✗', error: '!' } as const;
const words = { pass: 'passed', fail: 'failed', error: 'error' } as const;

/** `run`: where the texts are; undefined while nobody knows. */
export function CaseList({ run, cases }: { readonly run: string | undefined; readonly cases: readonly TestCaseEntry[] }): JSX.Element {
  return (
    <ul class="cases">
      {cases.map((one) => (
        <Case key={one.key} run={run} one={one} />
      ))}
    </ul>
  );
}

function Case({ run, one }: { readonly run: string | undefined; readonly one: TestCaseEntry }): JSX.Element {
  const { key, caseId, variant, status, reason, seconds, tokens } = one;
  const isOpen = useSignal(false);
  const answer = useSignal<TestCaseAnswer | undefined>(undefined);
  const toggle = (): void => {
    isOpen.value = !isOpen.value;
    if (!isOpen.value || answer.value || run === undefined) return;
    void attempt(async () => {
      answer.value = await readCase(run, key);
    });
  };
  return (
    <li>
      <button type="button" class="case" aria-expanded={isOpen.value} onClick={toggle}>
        <span class={`verdict ${status}`}>
          {signs[status]} {words[status]}
        </span>
        <strong>
          {caseId}
          {variant > 0 && ` #${variant + 1}`}
        </strong>
        {reason !== null && (
          <span class="reason" dir="auto">
            {reason}
          </span>
        )}
        <span class="facts">
          {seconds.toFixed(1)} s, {tokens === 1 ? '1 token' : `${tokens} tokens`}
        </span>
      </button>
      {isOpen.value && answer.value && <CaseView answer={answer.value} />}
    </li>
  );
}

function CaseView({ answer }: { readonly answer: TestCaseAnswer }): JSX.Element {
  const { caseId, turns, status, reason, evidence, loosePass, cutAtTokens } = answer;
  const isEvidenceOwn = evidence !== null && evidence.trim() !== turns.at(-1)?.text.trim();
  return (
    <section class="opened" aria-label={`Answer to ${caseId}`}>
      {turns.map((turn, index) => (
        <TurnView key={index} turn={turn} which={turns.length > 1 ? ` ${index + 1}` : ''} />
      ))}
      <h3>Verdict</h3>
      <p class={`verdict ${status}`} dir="auto">
        {signs[status]} {words[status]}
        {reason !== null && `: ${reason}`}
      </p>
      {status === 'fail' && loosePass && <p class="note">It would pass without its first or its last line; that is not counted.</p>}
      {cutAtTokens !== null && <p class="note">The answer was cut at {cutAtTokens} tokens.</p>}
      {isEvidenceOwn && <Text title="Evidence" text={evidence} />}
    </section>
  );
}

function TurnView({ turn, which }: { readonly turn: TestCaseAnswer['turns'][number]; readonly which: string }): JSX.Element {
  const { user, thinking, calls, text } = turn;
  const called = calls.map(
    ({ name, args, isError, content }) => `${name} ${JSON.stringify(args)}\n  ${isError ? 'refused: ' : ''}${content}`,
  );
  return (
    <>
      <Text title={`Prompt${which}`} text={user} />
      {thinking !== null && <Text title={`Thinking${which}, not graded`} text={thinking} />}
      {called.length > 0 && <Text title={`Tool calls${which}`} text={called.join('\n')} />}
      <Text title={`Answer${which}`} text={text === '' ? '(nothing)' : text} />
    </>
  );
}

function Text({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre class="raw" tabIndex={0} dir="auto">
        {text}
      </pre>
    </>
  );
}

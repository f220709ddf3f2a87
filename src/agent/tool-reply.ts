import { isRecord } from '../base/value-rules.ts';
import type { ToolDefinition } from '../engine/engine.ts';
import type { Attempt } from './calls/call-form.ts';
import { createHoldBack, type HoldBack } from './calls/hold-back.ts';
import { readValue } from './calls/read-value.ts';

/**
 * A reply in the form of tool-format.ts as it comes: `{"answer": "..."}` is handed on letter by letter, `{"tool": ...}` is a call. An
 * engine that keeps to no grammar may reply in any other form, which is read like an answer in the model's own way.
 */
export function createToolReply(tools: readonly ToolDefinition[], isTextWanted: boolean): HoldBack {
  let text = '';
  let passed = '';
  let other: HoldBack | undefined;
  let attempts: readonly Attempt[] = [];

  /** What of the answer is new. */
  const more = (answer: string): string => {
    // Half a letter of two units would be shown as none.
    const whole = /[\uD800-\uDBFF]$/.test(answer) ? answer.slice(0, -1) : answer;
    if (!whole.startsWith(passed)) return '';
    const piece = whole.slice(passed.length);
    passed = whole;
    return piece;
  };

  return {
    get attempts() {
      return other?.attempts ?? attempts;
    },
    push(piece) {
      text += piece;
      if (other) return other.push(piece);
      if (text.trim() === '') return '';
      if (!text.trimStart().startsWith('{')) {
        other = createHoldBack(tools);
        return other.push(text);
      }
      const { answer } = objectIn(text);
      return isTextWanted && typeof answer === 'string' ? more(answer) : '';
    },
    finish() {
      if (other) return other.finish();
      const { answer, tool } = objectIn(text);
      if (answer !== undefined && tool === undefined) return more(typeof answer === 'string' ? answer : JSON.stringify(answer));
      const whole = createHoldBack(tools);
      const rest = whole.push(text) + whole.finish();
      attempts = whole.attempts;
      return rest;
    },
  };
}

/** The object at the beginning, as far as it came. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  const read = readValue(text.trimStart(), 0);
  return read.state !== 'none' && isRecord(read.value) ? read.value : {};
}

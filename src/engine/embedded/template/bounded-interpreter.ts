import { completions } from './completions.ts';
import { type Environment, Interpreter, type Part, type Value } from './jinja.ts';

/** A template went over its limits. */
export class TemplateLimit extends Error {}

/** A hundred turns with tools take 40,000 steps of the longest real template. */
const maxSteps = 4_000_000;
const maxDurationMs = 1_500;
const maxTextLength = 8 * 1024 ** 2;
const maxItems = 200_000;
/** How often the clock is looked at. */
const stepsPerLook = 16;

/** Runs one template once, within limits: it comes with a model file and may be made to run forever, or to fill the memory. */
export class BoundedInterpreter extends Interpreter {
  #steps = 0;
  readonly #endsAt = performance.now() + maxDurationMs;

  override evaluate(part: Part | undefined, environment: Environment): Value {
    this.#steps += 1;
    if (this.#steps > maxSteps) throw new TemplateLimit(`it takes more than ${maxSteps} steps`);
    if (this.#steps % stepsPerLook === 0 && performance.now() > this.#endsAt)
      throw new TemplateLimit(`it takes longer than ${maxDurationMs / 1000} s`);
    const completed = (part && completions[part.type]?.(part, (inner) => this.evaluate(inner, environment))) ?? part;
    if (completed?.type === 'Value') return completed['value'] as Value;
    return bounded(super.evaluate(completed, environment));
  }
}

function bounded(value: Value): Value {
  const held = value.value;
  if (typeof held === 'string' && held.length > maxTextLength) throw new TemplateLimit(`it writes more than ${maxTextLength} characters`);
  if (Array.isArray(held) && held.length > maxItems) throw new TemplateLimit(`it makes a list of more than ${maxItems} items`);
  return value;
}

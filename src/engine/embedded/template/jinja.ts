import {
  Environment as AnyEnvironment,
  Interpreter as AnyInterpreter,
  parse as parseAny,
  tokenize as tokenizeAny,
} from '@huggingface/jinja';

/** The library that reads templates, with types: its own cannot be found by the compiler. The one border to it. */

/** A part of a template, as far as it is looked at here. */
export interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What a part of a template comes to. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

/** The names a template knows. */
export interface Environment {
  set(name: string, value: unknown): void;
}

/** Runs a template. */
interface JinjaInterpreter {
  run(program: Part): Value;
  evaluate(part: Part | undefined, environment: Environment): Value;
}

export const Environment = AnyEnvironment as unknown as new () => Environment;
export const Interpreter = AnyInterpreter as unknown as new (environment: Environment) => JinjaInterpreter;

/** Reads the text of a template. Throws where it is none. */
export function parseTemplate(source: string): Part {
  return parseAny(tokenizeAny(source, { lstrip_blocks: true, trim_blocks: true })) as unknown as Part;
}

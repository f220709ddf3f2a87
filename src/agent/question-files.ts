/** A text that goes with a question. */
export interface QuestionFile {
  readonly name: string;
  readonly text: string;
}

/** A question as a model is told it, with its files before it: small models answer what they read last. */
export function withFiles(question: string, files: readonly QuestionFile[]): string {
  return [...files.map(fenced), question].join('\n\n');
}

/** A file with its name, between fences that do not occur in it. */
export function fenced({ name, text }: QuestionFile): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${name.replace(/[\r\n]+/g, ' ')}:\n${fence}\n${text}\n${fence}`;
}

/** A text that goes with a question. */
export interface QuestionFile {
  readonly name: string;
  readonly text: string;
}

/** A question with its files before it, each between fences that do not occur in it: small models answer what they read last. */
export function withFiles(question: string, files: readonly QuestionFile[]): string {
  const told = files.map(({ name, text }) => {
    const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    return `${name.replace(/[\r\n]+/g, ' ')}:\n${fence}\n${text}\n${fence}\n\n`;
  });
  return `${told.join('')}${question}`;
}

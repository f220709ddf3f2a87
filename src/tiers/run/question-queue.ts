/**
 * Which of the questions of a tier is asked next, where several are under way at once. The engine reads what questions begin with alike once a
 * context, so those with tools, which begin with them, should follow on one another in one context; and a long one begun last would leave the
 * other cores idle. So the questions of a round stand in a line, those with tools at one end and those without at the other, long ones outside:
 * one asker takes from this end, the next from that, and they meet at the short ones.
 */
export interface QuestionQueue<Question> {
  /** The next one for an asker; undefined when all are taken. */
  next(asker: number): Question | undefined;
}

/** What the order depends on. */
export interface QueuedQuestion {
  /** Variants are rounds: each is taken whole before the next. */
  readonly variant: number;
  readonly hasTools: boolean;
  readonly maxTokens: number;
}

/** A queue of questions. With one asker they come in the order given. */
export function questionQueue<Question extends QueuedQuestion>(questions: readonly Question[], askers: number): QuestionQueue<Question> {
  const rounds = [...new Set(questions.map(({ variant }) => variant))].map((variant) => {
    const round = questions.filter((question) => question.variant === variant);
    return askers > 1 ? inLine(round) : round;
  });
  return {
    next(asker) {
      const round = rounds.find(({ length }) => length > 0);
      return askers === 1 || asker % 2 === 0 ? round?.shift() : round?.pop();
    },
  };
}

function inLine<Question extends QueuedQuestion>(round: readonly Question[]): Question[] {
  const [tools, plain] = [round.filter(({ hasTools }) => hasTools), round.filter(({ hasTools }) => !hasTools)];
  return [...tools.sort((a, b) => b.maxTokens - a.maxTokens), ...plain.sort((a, b) => a.maxTokens - b.maxTokens)];
}

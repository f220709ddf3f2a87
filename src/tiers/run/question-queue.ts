/**
 * Which of the questions of a tier is asked next, where several are under way at once. The engine reads what questions begin with alike once a
 * context, so those with tools, which begin with them, should follow on one another in one context; and a long one begun last would leave the
 * other cores idle. So every second asker begins with those with tools, the others with those without, each with the longest that is left;
 * who has none of its kind left helps with the other one, those with tools from their short end.
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
  /** Tokens its answer may have. */
  readonly maxTokens: number;
  readonly promptCharacters: number;
}

/** A queue of questions. With one asker they come in the order given. */
export function questionQueue<Question extends QueuedQuestion>(questions: readonly Question[], askers: number): QuestionQueue<Question> {
  if (askers === 1) {
    const left = [...questions];
    return { next: () => left.shift() };
  }
  const rounds = [...new Set(questions.map(({ variant }) => variant))].map((variant) => {
    const round = questions.filter((question) => question.variant === variant).sort((a, b) => lengthOf(b) - lengthOf(a));
    return { withTools: round.filter(({ hasTools }) => hasTools), plain: round.filter(({ hasTools }) => !hasTools) };
  });
  return {
    next(asker) {
      const round = rounds.find(({ withTools, plain }) => withTools.length + plain.length > 0);
      if (asker % 2 === 0) return round?.withTools.shift() ?? round?.plain.shift();
      return round?.plain.shift() ?? round?.withTools.pop();
    },
  };
}

/** In tokens to make: an answer takes half of its budget at most, as a rule; four characters are a token to read, which takes half the time or less. */
function lengthOf({ maxTokens, promptCharacters }: QueuedQuestion): number {
  return maxTokens / 2 + promptCharacters / 8;
}

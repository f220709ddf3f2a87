/** How much tools may do for one question and one chat. The model is told when it meets one. */
export interface ToolLimits {
  /** Calls of a question, however they are spread over its turns. */
  readonly callsPerQuestion: number;
  readonly callsPerChat: number;
  /** Bytes of the arguments of one call, as JSON: what a call can write at most. */
  readonly argumentBytesPerCall: number;
  readonly argumentBytesPerQuestion: number;
  readonly argumentBytesPerChat: number;
  /** Characters of one result for each token of the context: three are about a token, so this is half of it. */
  readonly resultCharactersPerToken: number;
  /** The same for all results of a question together. */
  readonly questionCharactersPerToken: number;
}

export const defaultLimits: ToolLimits = {
  callsPerQuestion: 16,
  callsPerChat: 1000,
  argumentBytesPerCall: 1_100_000,
  argumentBytesPerQuestion: 4_000_000,
  argumentBytesPerChat: 40_000_000,
  resultCharactersPerToken: 1.5,
  questionCharactersPerToken: 2.5,
};

/** What was used of a chat's limits; a question alone is a chat of one. */
export interface ChatUse {
  calls: number;
  argumentBytes: number;
}

/** What one question may still do. */
export interface QuestionBudget {
  /** Calls asked for so far, those that were refused included. */
  readonly calls: number;
  /** Whether one more call may be made. */
  readonly mayCall: boolean;
  /** Counts a call; returns why it may not be carried out, undefined where it may. */
  take(argumentBytes: number): string | undefined;
  /** A result as far as the context has room for it. */
  bounded(content: string): string;
}

/** The budget of a question in a chat that used so much before. */
export function questionBudget(chat: ChatUse, contextLength: number, limits: ToolLimits = defaultLimits): QuestionBudget {
  let calls = 0;
  let argumentBytes = 0;
  let resultCharacters = contextLength * limits.questionCharactersPerToken;
  return {
    get calls() {
      return calls;
    },
    get mayCall() {
      return calls < limits.callsPerQuestion && chat.calls < limits.callsPerChat;
    },
    take(bytes) {
      calls += 1;
      chat.calls += 1;
      if (calls > limits.callsPerQuestion) return `only ${limits.callsPerQuestion} calls a question are carried out; answer now`;
      if (chat.calls > limits.callsPerChat) return `only ${limits.callsPerChat} calls a chat are carried out; answer now`;
      if (bytes > limits.argumentBytesPerCall) return `the arguments have ${bytes} bytes, at most ${limits.argumentBytesPerCall} are taken`;
      argumentBytes += bytes;
      chat.argumentBytes += bytes;
      if (argumentBytes > limits.argumentBytesPerQuestion)
        return `the arguments of this question have more than ${limits.argumentBytesPerQuestion} bytes together; answer now`;
      if (chat.argumentBytes > limits.argumentBytesPerChat)
        return `the arguments of this chat have more than ${limits.argumentBytesPerChat} bytes together; answer now`;
      return undefined;
    },
    bounded(content) {
      const room = Math.max(300, Math.floor(Math.min(contextLength * limits.resultCharactersPerToken, resultCharacters)));
      const kept = content.length <= room ? content : `${content.slice(0, room)}\n(cut here: ${room} of ${content.length} characters)`;
      resultCharacters -= kept.length;
      return kept;
    },
  };
}

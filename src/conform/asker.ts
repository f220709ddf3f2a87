import { type ErrorCode, isLuciError } from '../base/errors.ts';
import type { Asking, Check, CheckResult, Finding, Question, Reply, Suite } from './check.ts';
import { exchange, type Target } from './exchange.ts';
import { complaintOf } from './look.ts';

/** Whom it asks. */
export interface AskerOptions {
  readonly model: string;
  readonly contextLength: number | undefined;
  readonly signal: AbortSignal;
}

/** Asks each question of a protocol once, and looks at the answers. */
export function createAsker({ protocol, opening, questions }: Suite, target: Target, { model, contextLength, signal }: AskerOptions) {
  const replies = new Map<string, Reply | Finding>();
  /** The check that told why a question has no answer. */
  const blamed = new Map<string, string>();
  const asking: Asking = {
    model,
    contextLength,
    before(name) {
      const reply = replies.get(name);
      return isReply(reply) ? reply : undefined;
    },
  };

  async function ask(name: string): Promise<Reply | Finding> {
    if (replies.has(name)) return replies.get(name);
    const reply = await answered(questions[name]);
    replies.set(name, reply);
    return reply;
  }

  async function answered(question: Question | undefined): Promise<Reply | Finding> {
    if (question === undefined) throw new TypeError('a check without its question');
    const body = question.body?.(asking);
    if (question.body && body === undefined) return { untold: 'what it takes to ask is not known' };
    const path = typeof question.path === 'string' ? question.path : question.path(asking);
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    return exchange(target, { method: question.method ?? 'POST', path, body: text }, signal).catch(problemOf);
  }

  /** What ends one request alone is a finding. The user's stop is none, and a server that is gone says nothing of its wire. */
  async function problemOf(error: unknown): Promise<string> {
    const isFinding = isLuciError(error) && findings.includes(error.code);
    if (signal.aborted || !isFinding) throw error;
    if (error.code === 'NETWORK_FAILED') await exchange(target, { method: 'GET', path: '/v1/models' }, signal);
    return error.message;
  }

  async function found(check: Check): Promise<Finding> {
    const reply = await ask(check.question);
    if (!isReply(reply)) return unanswered(check, reply);
    const isAnswer = reply.status >= 200 && reply.status < 300;
    if ((check.wants ?? 'answer') === 'answer' && !isAnswer) return unanswered(check, notAnswered(reply));
    return notOfferedAt(reply) && !isAnswer && check.wants === 'either' ? { untold: notOfferedAt(reply) ?? '' } : check.look(reply, asking);
  }

  /** The first check of a question tells what is wrong with having no answer; the others have nothing to look at. */
  function unanswered({ id, question }: Check, why: Finding): Finding {
    const first = blamed.get(question);
    if (first !== undefined && first !== id) return { untold: `nothing to look at: see ${first}` };
    if (typeof why === 'string') blamed.set(question, id);
    return why;
  }

  return {
    async isSpoken(): Promise<boolean> {
      const reply = await ask(opening);
      return !isReply(reply) || ![404, 405, 501].includes(reply.status);
    },
    async result(check: Check, isSpoken: boolean): Promise<CheckResult> {
      const { id, must, breaks } = check;
      const finding = isSpoken ? await found(check) : { untold: 'the protocol is not offered' };
      const holds = finding === undefined ? true : typeof finding === 'string' ? false : undefined;
      return { id, protocol, must, holds, why: typeof finding === 'object' ? finding.untold : finding, breaks };
    },
  };
}

const findings: readonly ErrorCode[] = ['TIMED_OUT', 'NETWORK_FAILED', 'SOURCE_BROKEN'];

function isReply(value: Reply | Finding): value is Reply {
  return typeof value === 'object' && 'status' in value;
}

function notAnswered(reply: Reply): Finding {
  const untold = notOfferedAt(reply);
  return untold === undefined ? `it was answered with ${reply.status}: ${complaintOf(reply)}` : { untold };
}

/** Why a server does not offer what was asked, where it says so; a failure is none. */
function notOfferedAt(reply: Reply): string | undefined {
  const { status } = reply;
  const said = complaintOf(reply);
  const isSaid =
    /not (yet )?(support|implement|available)|unsupported|cannot be had|does not (support|offer)|(start|requires?|with) .*`?--\w/i;
  return status === 404 || status === 405 || status === 501 || (status >= 400 && isSaid.test(said))
    ? `not offered: ${status} ${said}`
    : undefined;
}

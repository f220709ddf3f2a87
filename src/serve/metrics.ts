import type { Usage } from '../engine/engine.ts';

/** Counts of a server since its start, in the text form of Prometheus (version 0.0.4). */
export interface Metrics {
  countRequest(route: string, status: number): void;
  countAnswer(usage: Usage): void;
  /** The whole page. */
  text(now: { readonly running: number; readonly waiting: number }): string;
}

/** Upper bounds of the histogram of the time to the first token, in seconds. */
const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** All counts at 0. */
export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const firstTokens = bounds.map(() => 0);
  const sum = { answers: 0, promptTokens: 0, cachedTokens: 0, generatedTokens: 0, firstTokenSeconds: 0 };
  return {
    countRequest(route, status) {
      const labels = `route="${route}",status="${status}"`;
      requests.set(labels, (requests.get(labels) ?? 0) + 1);
    },
    countAnswer({ promptTokens, cachedTokens, generatedTokens, timeToFirstTokenMs }) {
      const seconds = timeToFirstTokenMs / 1000;
      sum.answers += 1;
      sum.promptTokens += promptTokens;
      sum.cachedTokens += cachedTokens;
      sum.generatedTokens += generatedTokens;
      sum.firstTokenSeconds += seconds;
      for (const [index, bound] of bounds.entries()) if (seconds <= bound) firstTokens[index] = (firstTokens[index] ?? 0) + 1;
    },
    text({ running, waiting }) {
      const name = 'luci_time_to_first_token_seconds';
      return [
        '# TYPE luci_requests_total counter',
        ...[...requests].map(([labels, count]) => `luci_requests_total{${labels}} ${count}`),
        ...counter('luci_answers_total', sum.answers),
        ...counter('luci_prompt_tokens_total', sum.promptTokens),
        ...counter('luci_cached_prompt_tokens_total', sum.cachedTokens),
        ...counter('luci_generated_tokens_total', sum.generatedTokens),
        ...gauge('luci_requests_running', running),
        ...gauge('luci_requests_waiting', waiting),
        `# TYPE ${name} histogram`,
        ...bounds.map((bound, index) => `${name}_bucket{le="${bound}"} ${firstTokens[index] ?? 0}`),
        `${name}_bucket{le="+Inf"} ${sum.answers}`,
        `${name}_sum ${sum.firstTokenSeconds}`,
        `${name}_count ${sum.answers}`,
        '',
      ].join('\n');
    },
  };
}

function counter(name: string, value: number): string[] {
  return [`# TYPE ${name} counter`, `${name} ${value}`];
}

function gauge(name: string, value: number): string[] {
  return [`# TYPE ${name} gauge`, `${name} ${value}`];
}

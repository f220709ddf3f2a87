import { sse } from '../event-stream.ts';
import { checked, type DescribedRoute } from '../route.ts';
import { countTokens, messages } from './messages.ts';
import { countSchema, messagesSchema } from './request.ts';

/** What clients of Anthropic ask for. */
export const anthropicRoutes: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/v1/messages',
    summary: 'An answer to a conversation',
    answer: { json: ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'usage'], other: sse.contentType },
    ...checked(messagesSchema, messages),
  },
  {
    method: 'POST',
    path: '/v1/messages/count_tokens',
    summary: 'The tokens of a conversation',
    answer: { json: ['input_tokens'] },
    ...checked(countSchema, countTokens),
  },
];

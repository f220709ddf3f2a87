import { receiptSchema } from '../../app/receipts/receipt-schema.ts';
import { sse } from '../event-stream.ts';
import { checked, type DescribedRoute } from '../route.ts';
import { chatCompletions } from './chat.ts';
import { chatSchema } from './chat-request.ts';
import { completionSchema, completions } from './completions.ts';
import { embeddings, embeddingsSchema } from './embeddings.ts';
import { listModels, oneModel } from './models.ts';
import { responsesSchema } from './responses/request.ts';
import { createResponse, deleteResponse, getResponse } from './responses/responses.ts';
import { readCompletion, removeCompletion } from './resumable-chat.ts';
import { detokenize, detokenizeSchema, tokenize, tokenizerInfo, tokenizeSchema } from './tokens.ts';

const other = sse.contentType;
const model = ['id', 'object', 'created', 'owned_by', 'context_length'];
const response = ['id', 'object', 'created_at', 'status', 'model', 'output'];

/** What clients of OpenAI ask for. */
export const openAiRoutes: readonly DescribedRoute[] = [
  { method: 'GET', path: '/v1/models', summary: 'The models that may be asked', answer: { json: ['object', 'data'] }, handle: listModels },
  {
    method: 'GET',
    path: '/v1/models/:model{.+}',
    summary: 'One model',
    answer: { json: model },
    handle: (context, _, path) => oneModel(context, path.slice('/v1/models/'.length)),
  },
  {
    method: 'POST',
    path: '/v1/chat/completions',
    summary: 'An answer to a conversation',
    answer: { json: ['id', 'object', 'created', 'model', 'choices', 'usage'], maybe: { luci_receipt: receiptSchema }, other },
    ...checked(chatSchema, chatCompletions),
  },
  {
    method: 'GET',
    path: '/v1/chat/completions/:completion',
    summary: 'A resumable stream, after the event that Last-Event-ID names',
    answer: { other },
    handle: readCompletion,
  },
  {
    method: 'DELETE',
    path: '/v1/chat/completions/:completion',
    summary: 'Stops a resumable stream, and keeps nothing of it',
    answer: { json: ['id', 'object', 'deleted'] },
    handle: removeCompletion,
  },
  {
    method: 'POST',
    path: '/v1/completions',
    summary: 'Texts gone on with, or scored',
    answer: { json: ['id', 'object', 'created', 'model', 'choices', 'usage'], other },
    ...checked(completionSchema, completions),
  },
  {
    method: 'POST',
    path: '/tokenize',
    summary: 'A text as tokens, as in vLLM',
    answer: { json: ['count', 'max_model_len', 'tokens'] },
    ...checked(tokenizeSchema, tokenize),
  },
  {
    method: 'POST',
    path: '/detokenize',
    summary: 'Tokens as a text',
    answer: { json: ['prompt'] },
    ...checked(detokenizeSchema, detokenize),
  },
  {
    method: 'GET',
    path: '/tokenizer_info',
    summary: 'The marks by which texts of a model begin and end',
    query: { model: 'which model; without it the default, or the only one' },
    answer: { json: ['bos_token', 'eos_token'] },
    handle: tokenizerInfo,
  },
  {
    method: 'POST',
    path: '/v1/embeddings',
    summary: 'A vector for each text',
    answer: { json: ['object', 'data', 'model', 'usage'] },
    ...checked(embeddingsSchema, embeddings),
  },
  {
    method: 'POST',
    path: '/v1/responses',
    summary: 'An answer that may be gone on from',
    answer: { json: response, other },
    ...checked(responsesSchema, createResponse),
  },
  { method: 'GET', path: '/v1/responses/:response', summary: 'An answer that is kept', answer: { json: response }, handle: getResponse },
  {
    method: 'DELETE',
    path: '/v1/responses/:response',
    summary: 'Keeps an answer no longer',
    answer: { json: ['id', 'object', 'deleted'] },
    handle: deleteResponse,
  },
];

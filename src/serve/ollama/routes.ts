import { ndjson } from '../event-stream.ts';
import { checked, type DescribedRoute } from '../route.ts';
import { notOffered, pull, pullSchema, remove } from './changes.ts';
import { chat, generate } from './chat.ts';
import { embed, embedOne, embedSchema, inMemory, namedSchema, oldEmbedSchema, show, tags, versionOf } from './models.ts';
import { chatSchema, generateSchema } from './request.ts';

const other = ndjson.contentType;
const models = { json: ['models'] };

/** What clients of Ollama ask for. */
export const ollamaRoutes: readonly DescribedRoute[] = [
  { method: 'GET', path: '/api/version', summary: 'The version of the protocol', answer: { json: ['version'] }, handle: versionOf },
  { method: 'GET', path: '/api/tags', summary: 'The models that may be asked', answer: models, handle: tags },
  { method: 'GET', path: '/api/ps', summary: 'The models in memory', answer: models, handle: inMemory },
  {
    method: 'POST',
    path: '/api/show',
    summary: 'One model',
    answer: { json: ['details', 'model_info', 'capabilities', 'modified_at'] },
    ...checked(namedSchema, show),
  },
  {
    method: 'POST',
    path: '/api/chat',
    summary: 'An answer to a conversation',
    answer: { json: ['model', 'created_at', 'message', 'done'], other },
    ...checked(chatSchema, chat),
  },
  {
    method: 'POST',
    path: '/api/generate',
    summary: 'An answer to a text',
    answer: { json: ['model', 'created_at', 'response', 'done'], other },
    ...checked(generateSchema, generate),
  },
  {
    method: 'POST',
    path: '/api/embed',
    summary: 'A vector for each text',
    answer: { json: ['model', 'embeddings'] },
    ...checked(embedSchema, embed),
  },
  {
    method: 'POST',
    path: '/api/embeddings',
    summary: 'A vector for one text',
    answer: { json: ['embedding'] },
    ...checked(oldEmbedSchema, embedOne),
  },
  {
    method: 'POST',
    path: '/api/pull',
    access: 'change',
    summary: 'Installs a model',
    answer: { json: ['status'], other },
    ...checked(pullSchema, pull),
  },
  { method: 'DELETE', path: '/api/delete', access: 'change', summary: 'Removes a model', answer: {}, ...checked(namedSchema, remove) },
  ...['copy', 'create', 'push'].map(
    (word): DescribedRoute => ({
      method: 'POST',
      path: `/api/${word}`,
      access: 'change',
      summary: 'Cannot be had here',
      answer: { status: 501, json: ['error'] },
      handle: notOffered,
    }),
  ),
];

import type { Route } from '../route.ts';
import { notOffered, pull, remove } from './changes.ts';
import { chat, generate } from './chat.ts';
import { embed, embedOne, inMemory, show, tags, versionOf } from './models.ts';

/** What clients of Ollama ask for. */
export const ollamaRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/version', handle: versionOf },
  { method: 'GET', path: '/api/tags', handle: tags },
  { method: 'GET', path: '/api/ps', handle: inMemory },
  { method: 'POST', path: '/api/show', handle: show },
  { method: 'POST', path: '/api/chat', handle: chat },
  { method: 'POST', path: '/api/generate', handle: generate },
  { method: 'POST', path: '/api/embed', handle: embed },
  { method: 'POST', path: '/api/embeddings', handle: embedOne },
  { method: 'POST', path: '/api/pull', access: 'change', handle: pull },
  { method: 'DELETE', path: '/api/delete', access: 'change', handle: remove },
  { method: 'POST', path: '/api/copy', access: 'change', handle: notOffered },
  { method: 'POST', path: '/api/create', access: 'change', handle: notOffered },
  { method: 'POST', path: '/api/push', access: 'change', handle: notOffered },
];

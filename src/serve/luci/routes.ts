import type { Route } from '../route.ts';
import { answerInChat } from './answers.ts';
import { beginChat, listChats, readChat, removeChat, renameChat } from './chats.ts';
import { giveUp, install, pause } from './installs.ts';
import { doctor, machine } from './machine.ts';
import { changeModel, deleteModel, listAll, recommended } from './models.ts';
import { beginTest, cancelTest, listTests, readCase, readTest, watchTest } from './tests.ts';

/** luci's own routes, which its page works with. What is somebody's own or changes something needs the key or the page's token. */
export const luciRoutes: readonly Route[] = [
  { method: 'GET', path: '/luci/models', handle: listAll },
  { method: 'GET', path: '/luci/recommended', handle: recommended },
  { method: 'POST', path: '/luci/models', access: 'change', handle: changeModel },
  { method: 'DELETE', path: '/luci/models/*', access: 'change', handle: (context, _, path) => deleteModel(context, path) },
  { method: 'POST', path: '/luci/installs', access: 'change', handle: install },
  { method: 'POST', path: '/luci/installs/pause', access: 'change', handle: pause },
  { method: 'DELETE', path: '/luci/installs/*', access: 'change', handle: (context, _, path) => giveUp(context, path) },
  { method: 'GET', path: '/luci/machine', access: 'change', handle: machine },
  { method: 'POST', path: '/luci/doctor', access: 'change', handle: doctor },
  { method: 'GET', path: '/luci/tests', access: 'change', handle: listTests },
  { method: 'POST', path: '/luci/tests', access: 'change', handle: beginTest },
  { method: 'GET', path: '/luci/tests/events', access: 'change', handle: watchTest },
  { method: 'POST', path: '/luci/tests/cancel', access: 'change', handle: cancelTest },
  { method: 'GET', path: '/luci/tests/:id', access: 'change', handle: (context, _, path) => readTest(context, path) },
  { method: 'GET', path: '/luci/tests/:id/cases/:key', access: 'change', handle: (context, _, path) => readCase(context, path) },
  { method: 'GET', path: '/luci/chats', access: 'change', handle: listChats },
  { method: 'POST', path: '/luci/chats', access: 'change', handle: beginChat },
  { method: 'GET', path: '/luci/chats/:id', access: 'change', handle: (context, _, path) => readChat(context, path) },
  { method: 'POST', path: '/luci/chats/:id', access: 'change', handle: renameChat },
  { method: 'DELETE', path: '/luci/chats/:id', access: 'change', handle: (context, _, path) => removeChat(context, path) },
  { method: 'POST', path: '/luci/chats/:id/answers', access: 'change', handle: answerInChat },
];

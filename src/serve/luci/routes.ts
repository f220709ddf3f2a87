import { sse } from '../event-stream.ts';
import { checked, type DescribedRoute, type Route } from '../route.ts';
import { answerInChat, answerSchema, readAnswer, stopAnswer } from './answers.ts';
import { beginChat, beginSchema, listChats, readChat, removeChat, renameChat, renameSchema } from './chats.ts';
import { giveUp, install, installSchema, pause } from './installs.ts';
import { doctor, machine } from './machine.ts';
import { changeModel, changeSchema, deleteModel, listAll, listRemote, recommended } from './models.ts';
import { beginTest, cancelTest, listTests, readCase, readTest, testSchema, watchTest } from './tests.ts';

const events = { other: sse.contentType };
const nothing = { json: [] };
const ofPath =
  (handle: (context: Parameters<Route['handle']>[0], path: string) => Promise<Response>): Route['handle'] =>
  (context, _, path) =>
    handle(context, path);

const models: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/luci/models',
    summary: 'Models that are installed, and those of the catalogue',
    query: { q: 'Words to look for in the catalogue', fits: '1: only models that fit in memory' },
    answer: { json: ['installed', 'catalogue'] },
    handle: listAll,
  },
  {
    method: 'GET',
    path: '/luci/remote-models',
    summary: 'Models of endpoints elsewhere, as they were listed last',
    answer: { json: ['models'] },
    handle: listRemote,
  },
  { method: 'GET', path: '/luci/recommended', summary: 'Models that suit this machine', answer: { json: ['models'] }, handle: recommended },
  {
    method: 'POST',
    path: '/luci/models',
    access: 'change',
    summary: 'Switches a model on or off, or makes it the default',
    answer: { json: ['name'] },
    ...checked(changeSchema, changeModel),
  },
  {
    method: 'DELETE',
    path: '/luci/models/:model{.+}',
    access: 'change',
    summary: 'Removes a model',
    answer: nothing,
    handle: ofPath(deleteModel),
  },
  {
    method: 'POST',
    path: '/luci/installs',
    access: 'change',
    summary: 'Installs a model',
    answer: events,
    ...checked(installSchema, install),
  },
  {
    method: 'POST',
    path: '/luci/installs/pause',
    access: 'change',
    summary: 'Pauses an install',
    answer: nothing,
    ...checked(installSchema, pause),
  },
  {
    method: 'DELETE',
    path: '/luci/installs/:model{.+}',
    access: 'change',
    summary: 'Deletes what a paused install has fetched',
    answer: { json: ['freedBytes'] },
    handle: ofPath(giveUp),
  },
];

const machines: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/luci/machine',
    access: 'change',
    summary: 'Memory, models in it, and connections that were made',
    answer: { json: ['version', 'queue', 'engine', 'connections'] },
    handle: machine,
  },
  {
    method: 'POST',
    path: '/luci/doctor',
    access: 'change',
    summary: 'Looks for faults of this machine',
    answer: { json: ['findings'] },
    handle: doctor,
  },
];

const tests: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/luci/tests',
    access: 'change',
    summary: 'The newest test runs, and the one under way',
    answer: { json: ['running', 'runs'] },
    handle: listTests,
  },
  {
    method: 'POST',
    path: '/luci/tests',
    access: 'change',
    summary: 'Begins a test; it goes on when the client goes',
    answer: { status: 202, json: ['model'] },
    ...checked(testSchema, beginTest),
  },
  {
    method: 'GET',
    path: '/luci/tests/events',
    access: 'change',
    summary: 'The test under way, else the last one, from its start on',
    answer: events,
    handle: watchTest,
  },
  {
    method: 'POST',
    path: '/luci/tests/cancel',
    access: 'change',
    summary: 'Ends the test under way',
    answer: nothing,
    handle: cancelTest,
  },
  {
    method: 'GET',
    path: '/luci/tests/:run',
    access: 'change',
    summary: 'One test run with its cases',
    answer: { json: ['run', 'cases'] },
    handle: ofPath(readTest),
  },
  {
    method: 'GET',
    path: '/luci/tests/:run/cases/:key',
    access: 'change',
    summary: 'One answer with its texts and its verdict',
    answer: { json: ['key', 'caseId', 'status', 'reason', 'turns'] },
    handle: ofPath(readCase),
  },
];

const chats: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/luci/chats',
    access: 'change',
    summary: 'The chats that are kept',
    query: { q: 'Words to look for in them' },
    answer: { json: ['chats'] },
    handle: listChats,
  },
  {
    method: 'POST',
    path: '/luci/chats',
    access: 'change',
    summary: 'Begins a chat, or takes one over',
    answer: { status: 201, json: ['id'] },
    ...checked(beginSchema, beginChat),
  },
  {
    method: 'GET',
    path: '/luci/chats/:chat',
    access: 'change',
    summary: 'A chat with its turns',
    answer: { json: ['id', 'title', 'turns'] },
    handle: ofPath(readChat),
  },
  {
    method: 'POST',
    path: '/luci/chats/:chat',
    access: 'change',
    summary: 'Gives a chat another title',
    answer: nothing,
    ...checked(renameSchema, renameChat),
  },
  {
    method: 'DELETE',
    path: '/luci/chats/:chat',
    access: 'change',
    summary: 'Puts a chat into the trash',
    answer: nothing,
    handle: ofPath(removeChat),
  },
  {
    method: 'POST',
    path: '/luci/chats/:chat/answers',
    access: 'change',
    summary: 'Question and answer in a chat, kept as they are made',
    answer: events,
    ...checked(answerSchema, answerInChat),
  },
  {
    method: 'GET',
    path: '/luci/chats/:chat/answers/:answer',
    access: 'change',
    summary: 'An answer that is being made, after the event that Last-Event-ID names',
    answer: events,
    handle: readAnswer,
  },
  {
    method: 'POST',
    path: '/luci/chats/:chat/answers/:answer/stop',
    access: 'change',
    summary: 'Stops an answer; the half of it is kept',
    answer: nothing,
    handle: stopAnswer,
  },
];

/** luci's own routes, which its page works with. What is somebody's own or changes something needs the key or the page's token. */
export const luciRoutes: readonly DescribedRoute[] = [...models, ...machines, ...tests, ...chats];

import type { Command } from './command.ts';
import { alias } from './commands/alias.ts';
import { ask } from './commands/ask.ts';
import { bench } from './commands/bench.ts';
import { chat } from './commands/chat.ts';
import { chats } from './commands/chats.ts';
import { clean } from './commands/clean.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { conform } from './commands/conform.ts';
import { doTask } from './commands/do.ts';
import { doctor } from './commands/doctor.ts';
import { embed } from './commands/embed.ts';
import { help } from './commands/help.ts';
import { install } from './commands/install.ts';
import { launch } from './commands/launch.ts';
import { list } from './commands/list.ts';
import { llm } from './commands/llm.ts';
import { logs } from './commands/logs.ts';
import { mcp } from './commands/mcp.ts';
import { models } from './commands/models.ts';
import { net } from './commands/net.ts';
import { ps } from './commands/ps.ts';
import { recommend } from './commands/recommend.ts';
import { remote } from './commands/remote.ts';
import { remove } from './commands/remove.ts';
import { replay } from './commands/replay.ts';
import { run } from './commands/run.ts';
import { runtime } from './commands/runtime.ts';
import { search } from './commands/search.ts';
import { serve } from './commands/serve.ts';
import { service } from './commands/service.ts';
import { showModel } from './commands/show.ts';
import { stop } from './commands/stop.ts';
import { test } from './commands/test.ts';
import { undo } from './commands/undo.ts';
import { verify } from './commands/verify.ts';
import { showVersion } from './commands/version.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [
  ask,
  chat,
  chats,
  doTask,
  undo,
  run,
  embed,
  replay,
  install,
  remove,
  list,
  search,
  recommend,
  showModel,
  llm,
  models,
  alias,
  test,
  bench,
  verify,
  serve,
  service,
  launch,
  mcp,
  conform,
  remote,
  runtime,
  config,
  completion,
  clean,
  doctor,
  logs,
  net,
  ps,
  stop,
  help,
  showVersion,
];

import type { Command } from './command.ts';
import { ask } from './commands/ask.ts';
import { bench } from './commands/bench.ts';
import { chat } from './commands/chat.ts';
import { clean } from './commands/clean.ts';
import { doctor } from './commands/doctor.ts';
import { embed } from './commands/embed.ts';
import { install } from './commands/install.ts';
import { list } from './commands/list.ts';
import { llm } from './commands/llm.ts';
import { models } from './commands/models.ts';
import { net } from './commands/net.ts';
import { ps } from './commands/ps.ts';
import { recommend } from './commands/recommend.ts';
import { remote } from './commands/remote.ts';
import { remove } from './commands/remove.ts';
import { runtime } from './commands/runtime.ts';
import { search } from './commands/search.ts';
import { serve } from './commands/serve.ts';
import { showModel } from './commands/show.ts';
import { stop } from './commands/stop.ts';
import { test } from './commands/test.ts';
import { verify } from './commands/verify.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [
  ask,
  chat,
  embed,
  install,
  remove,
  list,
  search,
  recommend,
  showModel,
  llm,
  models,
  test,
  bench,
  verify,
  serve,
  remote,
  runtime,
  clean,
  doctor,
  net,
  ps,
  stop,
];

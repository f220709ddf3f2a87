import type { Command } from './command.ts';
import { ask } from './commands/ask.ts';
import { install } from './commands/install.ts';
import { list } from './commands/list.ts';
import { llm } from './commands/llm.ts';
import { models } from './commands/models.ts';
import { ps } from './commands/ps.ts';
import { remove } from './commands/remove.ts';
import { search } from './commands/search.ts';
import { showModel } from './commands/show.ts';
import { stop } from './commands/stop.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [ask, install, remove, list, search, showModel, llm, models, ps, stop];

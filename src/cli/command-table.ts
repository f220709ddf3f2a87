import type { Command } from './command.ts';
import { ask } from './commands/ask.ts';
import { install } from './commands/install.ts';
import { list } from './commands/list.ts';
import { ps } from './commands/ps.ts';
import { stop } from './commands/stop.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [ask, install, list, ps, stop];

import type { Intent } from '../intent.ts';
import { clockIntents } from './clock.ts';
import { commandIntents } from './commands.ts';
import { fileIntents } from './files.ts';
import { helpIntents } from './help.ts';
import { machineIntents } from './machine.ts';
import { modelIntents } from './models.ts';
import { sumIntents } from './sums.ts';

/** Everything luci answers itself, in the order in which it is tried. A new question is a row of one of these. */
export const intents: readonly Intent[] = [
  ...clockIntents,
  ...machineIntents,
  ...modelIntents,
  ...helpIntents,
  ...commandIntents,
  ...fileIntents,
  ...sumIntents,
];

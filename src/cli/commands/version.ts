import { version } from '../../base/version.ts';
import { defineCommand } from '../command.ts';
import type { Show } from '../show/show.ts';

/** `luci version`, and `--version` of every command. */
export const showVersion = defineCommand({
  name: 'version',
  summary: 'the version of luci',
  run: async ({ show }) => tellVersion(show),
});

/** Prints the version; with --json that of Node and the system too. */
export function tellVersion(show: Show): number {
  if (show.json) show.data({ version, node: process.versions.node, platform: process.platform, arch: process.arch });
  else show.result(`luci ${version}`);
  return 0;
}

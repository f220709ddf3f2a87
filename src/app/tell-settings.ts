import { join } from 'node:path';
import { debugLog, keepDebugLog } from '../base/debug-log.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';

/** Begins the debug log of a home folder: the settings that are not as they come, and where each is from. */
export function tellSettings({ origins }: Settings, directories: Directories): void {
  keepDebugLog(join(directories.logs, 'debug.log'));
  const given = Object.entries(origins).filter(([, origin]) => origin !== 'default');
  debugLog('settings', { home: directories.home, ...Object.fromEntries(given.map(([name, origin]) => [name, `from ${origin}`])) });
}

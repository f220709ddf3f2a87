import { join } from 'node:path';
import type { HomeFolders } from './default-folders.ts';

/** luci's folders and the files that people write, by what they hold. Nothing here touches the disk. */
export interface Directories {
  readonly home: string;
  readonly models: string;
  /** Files that are being fetched, with their journals. */
  readonly partial: string;
  /** Index, enabled state, verified records, ledger. */
  readonly state: string;
  readonly runtimes: string;
  /** Test runs, the engine's own log. */
  readonly logs: string;
  readonly chats: string;
  readonly trash: string;
  /** What the assistant changed in files, with what was there before. */
  readonly undo: string;
  /** Answers of the server as far as they were told. */
  readonly answers: string;
  readonly keys: string;
  readonly configFile: string;
  /** The user's own catalogue entries. */
  readonly catalogFile: string;
  /** MCP servers whose tools chats may use. */
  readonly mcpFile: string;
}

/** The layout of a home folder, and of the folder with what people write, where that is another one. */
export function directoriesOf({ home, configFolder }: HomeFolders): Directories {
  return {
    home,
    models: join(home, 'models'),
    partial: join(home, 'models', '.partial'),
    state: join(home, 'state'),
    runtimes: join(home, 'runtimes'),
    logs: join(home, 'logs'),
    chats: join(home, 'chats'),
    trash: join(home, 'trash'),
    undo: join(home, 'state', 'undo'),
    answers: join(home, 'state', 'answers'),
    keys: join(home, 'keys'),
    configFile: join(configFolder, 'config.json'),
    catalogFile: join(configFolder, 'catalog.json'),
    mcpFile: join(configFolder, 'mcp.json'),
  };
}

import type { ToolDefinition } from '../../src/engine/engine.ts';

/** One request in plain words, and how what came of it is graded. */
export type ToolRequest = FileRequest | ApiRequest;

/** Over the built-in tools on a folder with {@link startFiles}; graded by the files afterwards, the answer and the questions asked. */
export interface FileRequest {
  readonly kind: 'one call' | 'several calls' | 'no tool' | 'must ask';
  readonly ask: string;
  /** Files afterwards where they differ from the start; null for one that is gone. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** What the answer must say. */
  readonly answer?: RegExp;
}

/** Over a made-up API; graded by the exact call. */
export interface ApiRequest {
  readonly kind: 'api';
  readonly ask: string;
  readonly tools: readonly ToolDefinition[];
  readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

/** The folder each request begins with. */
export const startFiles: Readonly<Record<string, string>> = {
  'notes.txt': 'Call Mara on Tuesday.\n',
  'todo.txt': 'water the plants\npay the rent\n',
  'old.log': 'started\nstopped\n',
  'recipes/soup.txt': 'Leek, potato, cream.\n',
  'recipes/cake.txt': 'Flour, eggs, sugar, 180 degrees.\n',
  'photos/sea.jpg': 'JPEG',
  'photos/hill.jpg': 'JPEG',
  'budget.csv': 'rent,700\nfood,310\n',
};

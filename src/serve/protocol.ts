/** The protocols by their paths. */

/** Whose form an error has. */
export type Protocol = 'openai' | 'ollama' | 'anthropic';

/** Each protocol has its own paths. */
export function protocolOf(path: string): Protocol {
  if (path.startsWith('/api/')) return 'ollama';
  return path.startsWith('/v1/messages') ? 'anthropic' : 'openai';
}

/** A path of the table as OpenAPI writes it: `/v1/models/{model}`. */
export function pathTemplate(path: string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
}

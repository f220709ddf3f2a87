/** What other programs call it: first words people bring along, with luci's word for each. Never run as typed: they may mean something else there. */

const byOurs: Readonly<Record<string, readonly string[]>> = {
  ask: ['generate', 'prompt', 'query', 'complete', 'infer', 'answer'],
  chat: ['talk', 'repl', 'interactive', 'shell', 'tui'],
  run: ['load', 'exec', 'try'],
  embed: ['embedding', 'embeddings', 'vectors'],
  install: ['get', 'add', 'fetch', 'import'],
  'install --update': ['update', 'upgrade', 'refresh'],
  remove: ['delete', 'del', 'erase'],
  list: ['installed', 'tags'],
  search: ['find', 'browse', 'library'],
  show: ['inspect', 'describe', 'view', 'cat'],
  'llm default': ['use', 'default', 'select'],
  alias: ['cp', 'copy', 'rename', 'mv', 'tag', 'create'],
  test: ['eval', 'evaluate', 'prove'],
  bench: ['benchmark', 'perf', 'speed'],
  verify: ['check', 'checksum', 'repair'],
  serve: ['server', 'start', 'up', 'daemon', 'api'],
  remote: ['endpoint', 'endpoints', 'connect'],
  runtime: ['runtimes', 'engine', 'engines', 'backend', 'backends'],
  config: ['set', 'settings', 'options', 'env', 'login', 'auth'],
  clean: ['prune', 'gc', 'cleanup', 'purge'],
  doctor: ['diagnose', 'diag', 'health', 'system'],
  logs: ['log', 'journal'],
  ps: ['status', 'top', 'loaded', 'stats'],
  stop: ['kill', 'quit', 'exit', 'down', 'unload', 'restart'],
  help: ['man', 'usage', 'docs'],
};

/** luci's words for a command that others have, as in `install --update` for `upgrade`. */
export function ourWordFor(word: string): string | undefined {
  return Object.keys(byOurs).find((ours) => byOurs[ours]?.includes(word.toLowerCase()));
}

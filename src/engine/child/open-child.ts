import { defaultContextLength } from '../defaults.ts';
import type { EngineTarget, OpenOptions, Session } from '../engine.ts';
import { openAiSession } from '../openai/session.ts';
import { type ChildEngineOptions, type ChildServer, startChild } from './start-child.ts';

/** llama-server or a llamafile as a child: started for a session, and gone with it. */

/** A session that ends with its program. */
export interface ChildSession extends Session {
  /** Settles when the program is gone. */
  readonly ended: Promise<unknown>;
}

/** Opens a model, or the program's own weights where it is the model. Throws ENGINE_FAILED or MEMORY_SHORT with the program's last words. */
export async function openChild(
  options: ChildEngineOptions,
  target: Extract<EngineTarget, { kind: 'file' }>,
  { contextLength = defaultContextLength, threads, parallel = 1, signal, onEvent }: OpenOptions = {},
): Promise<ChildSession> {
  const { flavor, program, net, rpc = [] } = options;
  const start = (isForVectors: boolean, stop: AbortSignal | undefined): Promise<ChildServer> => {
    const weights = program === target.path ? {} : { modelPath: target.path };
    const how = { contextLength, parallel, rpc, isForVectors, threads };
    return startChild(options, { modelName: target.name, ...weights, ...how }, stop);
  };
  const sessionOn = (server: ChildServer): Session =>
    openAiSession({
      net,
      baseUrl: `${server.root}/v1`,
      apiKey: server.apiKey,
      model: target.name,
      dialect: flavor.dialect,
      facts: {
        kind: flavor.kind,
        version: server.facts.version,
        device: `${threads ?? 'all'} threads`,
        contextLength: server.facts.contextLength ?? contextLength,
        supports: {
          jsonSchema: true,
          tools: server.facts.knowsTools,
          requiredCalls: server.facts.knowsTools,
          embeddings: true,
          seed: true,
        },
      },
      isAlive: server.isAlive,
      onClose: server.stop,
    });
  onEvent?.({ type: 'starting-engine' });
  const server = await start(false, signal);
  const session = { ...sessionOn(server), ended: server.ended };
  onEvent?.({ type: 'ready' });
  if (flavor.embedding === undefined) return session;
  // A server makes text or vectors: the second one is started when vectors are first asked for.
  let vectors: Promise<Session> | undefined;
  return {
    ...session,
    async embed(texts, stop) {
      vectors ??= start(true, undefined).then(sessionOn);
      vectors.catch(() => {
        vectors = undefined;
      });
      return (await vectors).embed(texts, stop);
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await (await vectors?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

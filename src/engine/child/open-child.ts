import { minContextLength } from '../defaults.ts';
import type { EngineFacts, EngineTarget, OpenOptions, Session } from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import { isForVectors, makesNoText, makesNoVectors } from '../model-kind.ts';
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
  {
    contextLength = minContextLength,
    threads,
    parallel = 1,
    signal,
    onEvent,
    modelKind,
    trainedContextLength,
  }: OpenOptions & Partial<Pick<EngineFacts, 'modelKind' | 'trainedContextLength'>> = {},
): Promise<ChildSession> {
  const { flavor, program, net, rpc = [] } = options;
  const start = (forVectors: boolean, stop: AbortSignal | undefined): Promise<ChildServer> => {
    const weights = program === target.path ? {} : { modelPath: target.path };
    const how = { contextLength, parallel, rpc, isForVectors: forVectors, threads };
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
        trainedContextLength,
        modelKind,
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
  const makesVectors = isForVectors(modelKind) && flavor.embedding !== undefined;
  const server = await start(makesVectors, signal);
  const session = { ...sessionOn(server), ended: server.ended };
  onEvent?.({ type: 'ready' });
  if (isForVectors(modelKind)) return { ...session, ...refusals(target.name, modelKind, session) };
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

/** What a model that makes no text is asked in vain. */
function refusals(name: string, kind: 'embedding' | 'reranker', { embed }: Session): Pick<Session, 'generate' | 'embed'> {
  return {
    generate: () => eventsOf(() => Promise.reject(makesNoText(name, kind)), undefined),
    embed: (texts, signal) => (kind === 'reranker' ? Promise.reject(makesNoVectors(name)) : embed(texts, signal)),
  };
}

import { version } from '../../base/version.ts';
import type { ServeContext } from '../context.ts';
import { withoutPaths } from '../failure.ts';
import type { DoctorAnswer, MachineAnswer } from './wire.ts';

/** The machine for the page: memory, what runs, and what left it. */

const maxConnections = 50;

/** GET /luci/machine. Waits for nobody outside. */
export async function machine({ luci, queue }: ServeContext): Promise<Response> {
  const [facts, status, freeDiskBytes] = await Promise.all([
    luci.machine(),
    luci.engine.status().catch(() => undefined), // The page shows the rest without an engine.
    luci.cleanup.freeDiskBytes(),
  ]);
  const { freemem } = await import('node:os');
  const answer: MachineAnswer = {
    version,
    offline: luci.settings.offline,
    totalMemoryBytes: facts.totalMemoryBytes,
    freeMemoryBytes: freemem(),
    freeDiskBytes,
    cores: facts.physicalCores,
    queue: { running: queue.running, waiting: queue.waiting },
    engine: status
      ? {
          memoryBytes: status.memoryBytes,
          models: status.models.map(({ name, memoryBytes, engine, requests, idleSeconds }) => ({
            name,
            memoryBytes,
            engine: engine.kind,
            device: engine.device,
            contextLength: engine.contextLength,
            requests,
            idleSeconds,
          })),
        }
      : null,
    connections: luci.requests().slice(-maxConnections).reverse(),
  };
  return Response.json(answer);
}

/** POST /luci/doctor: asks the model hub for one answer unless offline, so it is done only when somebody wants it. */
export async function doctor({ luci }: ServeContext, { signal }: Request): Promise<Response> {
  const findings = await luci.doctor({ signal });
  const answer: DoctorAnswer = {
    findings: findings.map(({ topic, state, text, fix }) => ({
      topic,
      state,
      text: withoutPaths(text, luci),
      fix: fix === undefined ? null : withoutPaths(fix, luci),
    })),
  };
  return Response.json(answer);
}

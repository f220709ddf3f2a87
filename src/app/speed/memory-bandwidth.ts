import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MemoryRecord } from '../../store/speed-records.ts';

/** How fast threads read memory together: the speed that bounds how fast models of any size answer. */

/** Beyond the caches of common processors, and little enough to be had everywhere. */
const bytesPerThread = 96 * 1024 ** 2;
const measureMs = 250;
const maxThreads = 8;

/**
 * A thread that looks for a byte which is nowhere: memchr reads at the speed of the vector units, and writes nothing. Memory that was
 * never written is one page of zeros for all of it, so it is filled first. The fastest pass counts: the others waited for other programs.
 */
const reader = `
  const { parentPort, workerData } = require('node:worker_threads');
  const bytes = Buffer.alloc(workerData.bytes, 1);
  parentPort.once('message', () => {
    const endsAtMs = performance.now() + workerData.ms;
    let shortestMs = Infinity;
    do {
      const startedMs = performance.now();
      bytes.indexOf(2);
      shortestMs = Math.min(shortestMs, performance.now() - startedMs);
    } while (performance.now() < endsAtMs);
    parentPort.postMessage((bytes.length / shortestMs) * 1000);
  });
  parentPort.postMessage(0);
`;

/** Measures with so many threads at once; takes about half a second. */
export async function measureMemory(cores: number): Promise<MemoryRecord> {
  const threads = Math.max(1, Math.min(maxThreads, cores));
  const workerData = { bytes: bytesPerThread, ms: measureMs };
  const workers = Array.from({ length: threads }, () => new Worker(reader, { eval: true, workerData, env: {} }));
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const rates = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.postMessage('begin');
    const bytesPerSecond = (await Promise.all(rates)).reduce((sum, [rate]) => sum + Number(rate), 0);
    return { bytesPerSecond: Math.round(bytesPerSecond), threads, at: new Date().toISOString() };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

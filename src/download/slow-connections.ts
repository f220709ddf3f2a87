import { LuciError } from '../base/errors.ts';
import type { Connection } from './connection.ts';
import type { Segment } from './segment-queue.ts';
import { recentSamples, windowSamples } from './throughput.ts';

/**
 * What becomes of connections that are far slower than the transfer has been. In the middle of a file one that crawls beside good ones is
 * connected anew. Where nothing else is left to do, or all are slow, another one races it for the rest of its segment: whoever gets ahead
 * wins. One race at a time, so no more than one segment is fetched twice. A line that is slow as a whole gains nothing by that and is let
 * be: races that were lost are tried again ever more seldom.
 */
export interface SlowConnections {
  /** Takes samples; ends what crawls and what lost its race. */
  look(connections: Iterable<Connection>): void;
  /** Takes note of what a connection has reached. */
  noteRate(bytesPerSecond: number): void;
  /** The segment that another connection should race for now. */
  worthRacing(connections: Iterable<Connection>): Segment | undefined;
  /** Whether no connection is as fast as the transfer has been. */
  areAll(connections: Iterable<Connection>): boolean;
  /** A race ended without a winner. */
  noteLostRace(): void;
}

/** Why a request was ended to be made anew. */
export const tooSlow = new LuciError('NETWORK_FAILED', 'the connection is far slower than the others', { details: { retryable: true } });
/** Why the slower one of a race was ended. */
export const outrun = new LuciError('NETWORK_FAILED', 'another connection was faster', { details: { retryable: true } });

/** Below this, and below an eighth of the best, a connection crawls. */
const crawlBytesPerSecond = 256_000;
const slowFactor = 8;
/** A race is worth its request where it should take a third of the time, and the time is more than four samples. */
const minGain = 3;
const minRestSamples = 4;
/** So many bytes at twice the other's rate are a win before the time is up. */
const winBytes = 64 * 1024;
/** So many races in a row may be lost before it is waited for the next. */
const freeRaces = 3;
const maxPauseSamples = 240;

/** A watch over the connections of a transfer, which looks every `sampleMs`. */
export function createSlowConnections(sampleMs: number): SlowConnections {
  let reached = 0;
  let lostRaces = 0;
  let nextRaceAtMs = 0;

  const noteLostRace = (): void => {
    lostRaces += 1;
    const pauseSamples = lostRaces < freeRaces ? 0 : Math.min(maxPauseSamples, 4 * 2 ** (lostRaces - freeRaces));
    nextRaceAtMs = performance.now() + pauseSamples * sampleMs;
  };

  function judge(challenger: Connection, rival: Connection, { sinceMs, fromByte }: NonNullable<Connection['race']>): void {
    const gainedBytes = challenger.position - fromByte;
    const isFaster = gainedBytes > 2 * Math.max(0, rival.position - fromByte);
    const isDue = performance.now() - sinceMs > sampleMs * (gainedBytes > 0 ? recentSamples : windowSamples);
    if (isFaster && (isDue || gainedBytes > winBytes)) {
      challenger.race = undefined;
      lostRaces = 0;
      rival.request.abort(outrun);
    } else if (isDue) {
      challenger.isRetired = true;
      challenger.request.abort(outrun);
      noteLostRace();
    }
  }

  const isSlow = (connection: Connection): boolean => {
    const rate = connection.throughput.over(recentSamples);
    return (rate !== undefined && rate < reached / slowFactor) || connection.throughput.over(windowSamples) === 0;
  };

  /** How long the rest of its segment takes. */
  const restMs = ({ segment, throughput }: Connection): number => {
    const rate = throughput.over(recentSamples);
    return segment && rate !== undefined ? ((segment.to - segment.at) / Math.max(1, rate)) * 1000 : 0;
  };

  const isWorthRacing = (connection: Connection): boolean => {
    const { segment, throughput } = connection;
    if (!segment || segment.at >= segment.to) return false;
    if (throughput.over(windowSamples) === 0) return true;
    const freshMs = ((segment.to - segment.at) / Math.max(1, reached)) * 1000 + sampleMs;
    return restMs(connection) > Math.max(minGain * freshMs, minRestSamples * sampleMs);
  };

  return {
    noteLostRace,
    noteRate(bytesPerSecond) {
      reached = Math.max(reached, bytesPerSecond);
    },
    look(connections) {
      const all = [...connections];
      for (const { throughput } of all) throughput.sample();
      reached = Math.max(reached, ...all.map(({ throughput }) => throughput.over(recentSamples) ?? 0));
      for (const connection of crawlersOf(all)) {
        connection.throughput.clear();
        connection.request.abort(tooSlow);
      }
      for (const challenger of all.filter(({ race }) => race)) {
        const rival = all.find(
          ({ segment }, index) => all[index] !== challenger && segment !== undefined && segment === challenger.segment,
        );
        if (rival && challenger.race) judge(challenger, rival, challenger.race);
        else challenger.race = undefined;
      }
    },
    worthRacing(connections) {
      const all = [...connections];
      const isUnderWay = all.some(({ race }) => race);
      if (isUnderWay || performance.now() < nextRaceAtMs) return undefined;
      const [slowest] = all.filter(isWorthRacing).sort((a, b) => restMs(b) - restMs(a));
      return slowest?.segment;
    },
    areAll: (connections) => [...connections].every(isSlow),
  };
}

/** Connections that crawl beside one that does not. */
function crawlersOf(connections: readonly Connection[]): Connection[] {
  const best = Math.max(0, ...connections.map(({ throughput }) => throughput.over(windowSamples) ?? 0));
  return connections.filter(({ segment, throughput }) => {
    const rate = throughput.over(windowSamples);
    return segment && rate !== undefined && rate < best / slowFactor && rate < crawlBytesPerSecond;
  });
}

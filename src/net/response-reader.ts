import { Readable } from 'node:stream';
import { abortError, within } from '../base/abort.ts';
import type { NetResponse } from './net.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { bodyLength, keepsAlive, maxHeadBytes, parseResponseHead, type ResponseHead, UnsupportedResponse } from './response-head.ts';

/** Reads the response to one request out of the buffers of a connection. Knows bytes and their order, not sockets. */

/** A GET, and where its body goes. */
export interface RangeRequest {
  readonly target: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Called with the head of a 206, before its body; throws to refuse it. */
  readonly onHead: (head: ResponseHead) => void;
  /** Called with pieces of the body of a 206, one after the other. A piece is only valid until the promise is settled; false ends it. */
  readonly onPiece: (piece: Uint8Array) => Promise<boolean>;
}

/** The reader of one response. */
export interface ResponseReader {
  /** Rejects with {@link UnsupportedResponse}, what a callback threw, what `end` was given, or the signal's reason. */
  readonly response: Promise<NetResponse>;
  /** Whether anything is still to come. */
  readonly isOver: boolean;
  readonly hasHead: boolean;
  /** Looks at what was added to the buffers. */
  read(): void;
  /** Ends it with an error. What came before is handed over first; a disk that takes long is not waited for. */
  end(error: unknown): void;
}

/** What the reader asks of its connection. */
export interface ReaderConnection {
  readonly buffers: ReadBuffers;
  /** No further byte of this connection is wanted. */
  close(): void;
  /** A buffer is free again. */
  onRelease(): void;
}

/** On a slow line a piece does not wait for a whole buffer. */
const deliverEveryMs = 250;
const maxDeliveryMs = 1000;

/** What is read now. */
type Phase =
  | { readonly name: 'head' }
  /** Of a 206: `remainingBytes` were not handed over yet. */
  | { readonly name: 'body'; readonly head: ResponseHead; remainingBytes: number }
  /** Of anything else: read whole when it is small. */
  | { readonly name: 'error'; readonly head: ResponseHead; readonly bodyBytes: number }
  /** Nothing more; what came is still on its way to whoever asked. */
  | { readonly name: 'ending'; readonly head: ResponseHead | undefined }
  | { readonly name: 'over' };

/** Reads one response; buffers must be empty. */
export function createResponseReader(request: RangeRequest, { buffers, close, onRelease }: ReaderConnection): ResponseReader {
  let phase: Phase = { name: 'head' };
  let delivered: Promise<void> = Promise.resolve();
  let deliveredAtMs = performance.now();
  let settle: { readonly resolve: (response: NetResponse) => void; readonly reject: (error: unknown) => void } | undefined;
  const response = new Promise<NetResponse>((resolve, reject) => {
    settle = { resolve, reject };
  });

  function fail(error: unknown): void {
    if (phase.name === 'over') return;
    phase = { name: 'over' };
    close();
    settle?.reject(request.signal?.aborted ? abortError(request.signal) : error);
  }

  function finish({ keeps, body = [] }: { readonly keeps: boolean; readonly body?: readonly Buffer[] }): void {
    if (phase.name === 'over' || phase.name === 'head' || !phase.head) return;
    const { head } = phase;
    phase = { name: 'over' };
    if (!keeps || !keepsAlive(head)) close();
    settle?.resolve({ ...head, body: Readable.from(body) });
  }

  /** Hands the bytes at hand over; what comes next goes into another buffer. */
  function deliver(): void {
    if (buffers.unread.length === 0) return;
    const { piece, release } = buffers.handOut();
    deliveredAtMs = performance.now();
    delivered = delivered
      .then(async () => {
        if (phase.name !== 'over' && !(await request.onPiece(piece))) finish({ keeps: false });
      })
      .catch(fail)
      .finally(() => {
        // Whatever became of its bytes: a connection that lost a buffer would pause for ever sooner or later.
        release();
        onRelease();
      });
  }

  function endWith(error: unknown): void {
    close();
    if (phase.name === 'over' || phase.name === 'ending') return;
    phase = { name: 'ending', head: phase.name === 'head' ? undefined : phase.head };
    void within(maxDeliveryMs, delivered).then(() => fail(error));
  }

  function readHead(): void {
    const endAt = buffers.unread.indexOf('\r\n\r\n');
    if (endAt < 0 && buffers.unread.length > maxHeadBytes) throw new UnsupportedResponse('a head without end');
    if (endAt < 0) return;
    const head = parseResponseHead(buffers.unread.toString('latin1', 0, endAt));
    buffers.skip(endAt + 4);
    // Of an error without a length, what came with its head is enough.
    const bodyBytes = bodyLength(head) ?? buffers.unread.length;
    if (head.status !== 206) phase = { name: 'error', head, bodyBytes };
    else {
      phase = { name: 'body', head, remainingBytes: bodyBytes };
      request.onHead(head);
    }
  }

  function readBody(body: Extract<Phase, { name: 'body' }>): void {
    const { length } = buffers.unread;
    if (length > body.remainingBytes) throw new UnsupportedResponse('more bytes than announced');
    const isWhole = length === body.remainingBytes;
    if (isWhole || buffers.isFull || performance.now() - deliveredAtMs > deliverEveryMs) {
      body.remainingBytes -= length;
      deliver();
    }
    if (isWhole) void delivered.then(() => finish({ keeps: true }));
  }

  function readError({ head, bodyBytes }: Extract<Phase, { name: 'error' }>): void {
    // A 200 is the whole file, most likely: its head is all that is wanted.
    const isUnwanted = bodyBytes > maxHeadBytes || head.status === 200;
    if (isUnwanted) finish({ keeps: false });
    if (isUnwanted || buffers.unread.length < bodyBytes) return;
    // Sizes of chunks stand on lines of their own; what is left is for people.
    const text = buffers.unread.toString('latin1', 0, bodyBytes).replace(/^[0-9a-f]{1,8}\r\n/gim, '');
    buffers.clear();
    finish({ keeps: true, body: [Buffer.from(text, 'latin1')] });
  }

  return {
    response,
    get isOver() {
      return phase.name === 'over' || phase.name === 'ending';
    },
    get hasHead() {
      return phase.name !== 'head';
    },
    read() {
      try {
        if (phase.name === 'head') readHead();
        // What came behind the head is looked at in the same turn.
        if (phase.name === 'body') readBody(phase);
        else if (phase.name === 'error') readError(phase);
      } catch (error) {
        endWith(error);
      }
    },
    end(error) {
      if (phase.name === 'body') deliver();
      endWith(error);
    },
  };
}

import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';
import { diskError, isNotFound } from '../../base/system-error.ts';

/**
 * One answer of the server on disk: a file of lines, each of JSON behind its checksum. A line is written before a client is told of it, so
 * a process that is killed leaves every event that anybody saw; what a power loss takes is at most {@link syncEveryMs} of them.
 */

/** What will be asked, by which door of the server, and who may come back for the answer. */
export interface AnswerHead {
  readonly door: string;
  /** What who comes back must know beside the id: the chat it is in, or a mark of the key. */
  readonly scope: string;
  readonly at: string;
  /** The request as it was checked, seed included, in the form of the door. */
  readonly asked: unknown;
}

/** What answers. Where any of it is other, the answer may be another. */
export interface Answerer {
  /** Digest of the model's file, or what its file is known by. */
  readonly model: string;
  /** Kind and version. */
  readonly engine: string;
  readonly device: string;
  readonly contextLength: number;
}

/** An answer as far as it is on disk. */
export interface KeptAnswer {
  readonly head: AnswerHead;
  /** Undefined as long as none was opened. */
  readonly answerer: Answerer | undefined;
  /** What was told of it. */
  readonly entries: readonly unknown[];
  readonly isOver: boolean;
  /** Bytes that are whole; what is behind them was damaged, or its writing cut off. */
  readonly wholeBytes: number;
}

/** Writes on. After a failure of the disk it writes nothing more. */
export interface AnswerWriter {
  answerer(what: Answerer): void;
  entry(entry: unknown): void;
  over(): void;
  /** Resolves when all of it is on disk. */
  close(): Promise<void>;
}

const answererSchema = v.object({ model: v.string(), engine: v.string(), device: v.string(), contextLength: v.number() });
const headSchema = v.object({ door: v.string(), scope: v.string(), at: v.string(), asked: v.unknown() });
const lineSchema = v.variant('type', [
  v.object({ type: v.literal('head'), version: v.literal(1), head: headSchema }),
  v.object({ type: v.literal('answerer'), answerer: answererSchema }),
  v.object({ type: v.literal('entry'), entry: v.unknown() }),
  v.object({ type: v.literal('over') }),
]);

type Line = v.InferOutput<typeof lineSchema>;

/** How long a line may stay in the system's memory: a sync for each would slow the stream on a slow disk. */
const syncEveryMs = 200;

/** Reads what is whole of it; undefined where there is no such file, or not even its head is whole. @throws DISK_* */
export function readAnswer(path: string): KeptAnswer | undefined {
  const bytes = bytesOf(path);
  if (!bytes) return undefined;
  const { lines, wholeBytes } = linesIn(bytes);
  const [first] = lines;
  if (first?.type !== 'head') return undefined;
  const entries = lines.flatMap((line) => (line.type === 'entry' ? [line.entry] : []));
  return {
    head: first.head,
    answerer: lines.findLast((line) => line.type === 'answerer')?.answerer,
    entries,
    // A process may be killed between the last entry and the line that says so.
    isOver: lines.some(({ type }) => type === 'over') || v.is(endSchema, entries.at(-1)),
    wholeBytes,
  };
}

/** The last entry of an answer that came to its end, in every door's form. */
const endSchema = v.object({ type: v.literal('end') });

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw diskError(error, path, 'read an answer that was kept');
  }
}

/** Lines up to the first that is not whole: what follows it has no place to be in. */
function linesIn(bytes: Buffer): { readonly lines: readonly Line[]; readonly wholeBytes: number } {
  const lines: Line[] = [];
  let wholeBytes = 0;
  for (;;) {
    const end = bytes.indexOf(10, wholeBytes);
    const line = end < 0 ? undefined : lineIn(bytes.subarray(wholeBytes, end));
    if (!line) return { lines, wholeBytes };
    lines.push(line);
    wholeBytes = end + 1;
  }
}

const checksumLength = 8;

function lineIn(bytes: Buffer): Line | undefined {
  const json = bytes.subarray(checksumLength + 1);
  if (bytes.subarray(0, checksumLength + 1).toString('latin1') !== `${checksumOf(json)} `) return undefined;
  try {
    const checked = v.safeParse(lineSchema, JSON.parse(json.toString()));
    return checked.success ? checked.output : undefined;
  } catch {
    return undefined; // Another version may write otherwise.
  }
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(checksumLength, '0');
}

/** How a file is written. */
export interface WriteOptions {
  /** Told of the first failure; the answer goes on without its file. */
  readonly onFault: (error: unknown) => void;
}

/** Begins a file that only the user can read. @throws DISK_* */
export function beginAnswer(path: string, head: AnswerHead, options: WriteOptions): AnswerWriter {
  try {
    const file = openSync(path, 'wx', 0o600);
    const lines = lineFile(file, path, options);
    lines.write({ type: 'head', version: 1, head });
    return writerOf(lines);
  } catch (error) {
    throw diskError(error, path, 'keep an answer');
  }
}

/** Goes on with a file behind what is whole of it. @throws DISK_* */
export function goOnWithAnswer(path: string, { wholeBytes }: KeptAnswer, options: WriteOptions): AnswerWriter {
  try {
    const file = openSync(path, 'a', 0o600);
    ftruncateSync(file, wholeBytes);
    return writerOf(lineFile(file, path, options));
  } catch (error) {
    throw diskError(error, path, 'keep an answer');
  }
}

/** A file that lines are put into. */
interface LineFile {
  write(line: Line): void;
  close(): Promise<void>;
}

function writerOf({ write, close }: LineFile): AnswerWriter {
  return {
    answerer: (answerer) => write({ type: 'answerer', answerer }),
    entry: (entry) => write({ type: 'entry', entry }),
    over: () => write({ type: 'over' }),
    close,
  };
}

function lineFile(file: number, path: string, { onFault }: WriteOptions): LineFile {
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  let synced = Promise.resolve();

  function fail(error: unknown): void {
    if (isOpen) onFault(diskError(error, path, 'keep an answer'));
    isOpen = false;
  }

  function sync(): void {
    clearTimeout(timer);
    timer = undefined;
    synced = synced.then(
      () =>
        new Promise((resolve) => {
          fdatasync(file, (error) => {
            if (error) fail(error);
            resolve();
          });
        }),
    );
  }

  return {
    write(line) {
      if (!isOpen) return;
      try {
        const json = Buffer.from(JSON.stringify(line));
        writeSync(file, Buffer.concat([Buffer.from(`${checksumOf(json)} `), json, Buffer.from('\n')]));
        timer ??= setTimeout(sync, syncEveryMs);
      } catch (error) {
        fail(error);
      }
    },
    async close() {
      isOpen = false;
      if (timer) sync();
      await synced;
      closeSync(file);
    },
  };
}

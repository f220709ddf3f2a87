import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { hashFile } from '../../base/hash-file.ts';
import type { Sha256 } from '../../base/model.ts';
import { shellWord } from '../../base/shell-word.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { version } from '../../base/version.ts';
import type { LoadEvent, Session } from '../../engine/engine.ts';
import { fingerprintOf } from '../../tiers/signing-key.ts';
import type { Luci } from '../luci.ts';
import { type KeyOwner, ownerOf, signingKey } from '../testing/key-ring.ts';
import { digestOf } from '../testing/model-digest.ts';
import { checkReceipt, engineOf, type Receipt, receiptOf } from './receipt.ts';
import { type RecordedAnswer, recordedSession } from './recorded-session.ts';

/** Receipts for answers: signed here, and asked again here. */

/** What came of asking again. */
export interface Replay {
  /** `untold`: it cannot be known here whether the answer is the same. */
  readonly outcome: 'same' | 'different' | 'untold';
  readonly model: string;
  readonly fingerprint: string;
  readonly signedBy: KeyOwner;
  /** Why it cannot be told, or what differs. */
  readonly why?: string;
  /** The first character of the text that differs, counted from 0, where the texts do. */
  readonly differsAt?: number;
  /** What stands there in the receipt and in the answer of now. */
  readonly expected?: string;
  readonly found?: string;
}

/** How it is asked again. */
export interface ReplayOptions {
  /** Default: the installed model with the bytes of the receipt. */
  readonly model?: string;
  readonly signal?: AbortSignal;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
}

/** `luci.receipts` */
export interface Receipts {
  /** Signs for an answer of a model, with the key of this machine. @throws USAGE for a model elsewhere, whose bytes nobody sees here */
  sign(reference: string | undefined, recorded: RecordedAnswer): Promise<Receipt>;
  /**
   * Checks a receipt and asks the same again.
   * @throws NOT_FOUND, STATE_BROKEN, DIGEST_MISMATCH where it is not what was signed; MODEL_NOT_INSTALLED
   */
  replay(path: string, options?: ReplayOptions): Promise<Replay>;
}

/** What receipts need of luci. */
export type ReceiptTools = Pick<Luci, 'directories' | 'installs' | 'models' | 'open' | 'remotes' | 'store'>;

/** See {@link Receipts}. */
export function createReceipts(tools: ReceiptTools): Receipts {
  const { directories, models, open } = tools;

  return {
    async sign(reference, recorded) {
      const { name, path, remote } = await models.choose(reference);
      if (remote)
        throw new LuciError('USAGE', `Nobody here can say which bytes answered as ${name}: a model elsewhere gets no receipt.`, {
          hint: 'luci list',
        });
      return receiptOf(recorded, {
        model: name,
        modelSha256: await bytesOf(tools, name, path),
        luciVersion: version,
        answeredAt: new Date().toISOString(),
        keyPem: await signingKey(directories.keys),
      });
    },
    async replay(path, { model, signal, onLoad } = {}) {
      const receipt = checkReceipt(readText(path), basename(path));
      const head = {
        model: receipt.model,
        fingerprint: fingerprintOf(receipt.publicKey),
        signedBy: await ownerOf(directories.keys, receipt.publicKey),
      };
      const chosen = await models.choose(model ?? (await nameWithBytes(tools, receipt)));
      const digest = chosen.remote ? undefined : await bytesOf(tools, chosen.name, chosen.path, signal);
      if (digest !== receipt.modelSha256) return { ...head, outcome: 'untold', why: `${chosen.name} has other bytes here` };
      await using session = await open(chosen.remote ? chosen.name : (model ?? chosen.name), { signal, onEvent: onLoad });
      if (engineOf(session) !== receipt.engine)
        return { ...head, outcome: 'untold', why: `it was answered by ${receipt.engine}, and here is ${engineOf(session)}` };
      return { ...head, ...compared(receipt, await askedAgain(session, receipt, signal)) };
    },
  };
}

/** The digest of the bytes that answer under a name: of what is installed, or of the file that was named by its path. */
async function bytesOf(tools: ReceiptTools, name: string, path: string, signal?: AbortSignal): Promise<Sha256> {
  return (await tools.store.find(name)) ? digestOf(name, tools, signal) : hashFile(path, { signal });
}

/** The bytes may be installed under another name here. */
async function nameWithBytes({ store }: ReceiptTools, { model, modelSha256 }: Receipt): Promise<string> {
  const same = (await store.list()).filter(({ files }) => files[0]?.sha256 === modelSha256);
  return (same.find(({ name }) => name === model) ?? same[0])?.name ?? model;
}

/** By as many threads as then, as far as there are so many here. */
async function askedAgain(session: Session, { request, threads }: Receipt, signal: AbortSignal | undefined): Promise<RecordedAnswer> {
  let answer: RecordedAnswer | undefined;
  const recorded = recordedSession(session, (told) => {
    answer = told;
  });
  for await (const _ of recorded.generate({ ...request, threads }, signal));
  if (signal?.aborted) throw abortError(signal);
  if (!answer)
    throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
  return answer;
}

/** Whether the answer of now is the one of the receipt. Another number of threads may change the last bits, and by them a word. */
function compared(receipt: Receipt, now: RecordedAnswer): Pick<Replay, 'outcome' | 'why' | 'differsAt' | 'expected' | 'found'> {
  const before = receipt.answer;
  const { text, thinking, calls, reason, usage } = now;
  const differing =
    (before.text !== text && 'the text') ||
    (before.thinking !== thinking && 'the thinking') ||
    (JSON.stringify(before.calls) !== JSON.stringify(calls) && 'the calls') ||
    (before.reason !== reason && 'why the answer ended');
  if (!differing) return { outcome: 'same' };
  const place = before.text === text ? {} : placeOf(before.text, text);
  if (receipt.threads !== usage.threads)
    return { outcome: 'untold', why: `${differing} differs, and ${usage.threads} threads compute here, not ${receipt.threads}`, ...place };
  if (receipt.device !== now.facts.device)
    return { outcome: 'untold', why: `${differing} differs, and ${now.facts.device} computes here, not ${receipt.device}`, ...place };
  return { outcome: 'different', why: `${differing} differs`, ...place };
}

const shownCharacters = 40;

function placeOf(before: string, now: string): Required<Pick<Replay, 'differsAt' | 'expected' | 'found'>> {
  let at = 0;
  while (at < before.length && before[at] === now[at]) at += 1;
  return { differsAt: at, expected: before.slice(at, at + shownCharacters), found: now.slice(at, at + shownCharacters) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8'); // Whoever names it may name a pipe.
  } catch (error) {
    if (!isNotFound(error)) throw diskError(error, path, 'read a receipt');
    throw new LuciError('NOT_FOUND', `There is no receipt ${path}.`, { hint: `luci ask "…" --receipt ${shellWord(path)}` });
  }
}

import { homedir } from 'node:os';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ServeContext } from './context.ts';
import { retryAfterSeconds } from './request-queue.ts';

/** What a client is told of a failure: no path, no user's name, nothing of the inside. */
export interface Failure {
  readonly status: number;
  readonly error: LuciError;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A failure as it may be told. What luci does not know is told to the server's own log alone. */
export function failureOf(error: unknown, { luci, onFault }: Pick<ServeContext, 'luci' | 'onFault'>): Failure {
  const known = isLuciError(error) ? error : new LuciError('FAILED', 'The server made a mistake.');
  if (known.httpStatus >= 500) onFault(error);
  const message = withoutPaths(known.message, luci);
  return { status: known.httpStatus, error: known, message, headers: headersOf(known) };
}

function headersOf({ code }: LuciError): Record<string, string> {
  return code === 'BUSY' ? { 'retry-after': String(retryAfterSeconds) } : {};
}

/** The last part of a path stays: it names the file that is meant. */
export function withoutPaths(text: string, { settings }: Pick<ServeContext['luci'], 'settings'>): string {
  const folders = [settings.home, homedir()];
  const bare = folders.filter((folder) => folder.length > 1).reduce((said, folder) => said.replaceAll(folder, '…'), text);
  return bare.replace(/(?:[A-Za-z]:)?(?:[\\/][^\\/\s:"']+)*[\\/](?=[^\\/\s:"']+\.(?:gguf|llamafile|json)\b)/g, '');
}

/** What a client wants is not there, by the word of the protocol. */
export function unsupported(what: string): LuciError {
  return new LuciError('ENGINE_UNSUPPORTED', `${what} cannot be had here.`);
}

import { LuciError } from '../../base/errors.ts';
import type { NetResponse } from '../../net/net.ts';
import { retryableStatuses } from '../../net/retryable-status.ts';
import { retryAfterMs } from './retry-after.ts';

/** What was asked for, and how. */
export interface Asked {
  /** A file or a repository, as shown. */
  readonly object: string;
  /** The repository of the hub; missing for a plain address. */
  readonly repo?: string;
  readonly host: string;
  readonly hadToken: boolean;
}

/** An answer that is no file, as an error: the hub's own X-Error-Code first, the status second. */
export async function answerError(response: NetResponse, asked: Asked): Promise<LuciError> {
  response.body.destroy();
  return deniedBy(response, asked) ?? missingBy(response, asked) ?? statusError(response, asked);
}

/** Who asks may not have it. */
function deniedBy({ status, headers }: NetResponse, { object, host, hadToken }: Asked): LuciError | undefined {
  const errorCode = headers['x-error-code'] ?? '';
  const message = headers['x-error-message'] ?? '';
  if (errorCode === 'GatedRepo') {
    const what = hadToken ? 'its owner has not let this account in' : 'its owner asks for an account';
    return denied(
      `${object} is gated: ${what}.`,
      hadToken ? `Ask for access at ${host}, then run the command again.` : 'Set HF_TOKEN to a token of an account that has access.',
    );
  }
  if (/access to this resource is disabled/i.test(message))
    return denied(`${object} was disabled by the hub.`, 'luci search … finds another model');
  if (status === 401 && hadToken && (!errorCode || /invalid (credentials|token|username)/i.test(message)))
    return denied('HF_TOKEN is not valid: the hub does not accept it.', 'Run the command without HF_TOKEN, or set a valid one.');
  return undefined;
}

/** It is not there. */
function missingBy({ status, headers }: NetResponse, { object, repo, host, hadToken }: Asked): LuciError | undefined {
  const errorCode = headers['x-error-code'];
  if (errorCode === 'EntryNotFound') return missing(`The repository has no file ${object}.`, repo && `luci install ${repo}`);
  if (errorCode === 'RevisionNotFound') return missing(`The revision of ${object} does not exist.`, repo && `luci install ${repo}`);
  // Without a token the hub says 401 of repositories that do not exist too, so that nobody can find out which private ones do.
  if (repo !== undefined && (errorCode === 'RepoNotFound' || status === 401)) return repositoryMissing(repo, host, hadToken);
  return status === 404 ? missing(`${host} has no ${object}.`) : undefined;
}

function statusError({ status, headers }: NetResponse, { object, host }: Asked): LuciError {
  const isRetryable = retryableStatuses.includes(status);
  const waitMs = retryAfterMs(headers, Date.now());
  const said = status === 429 ? 'asks to slow down (429)' : `answered ${status}`;
  return new LuciError(isRetryable ? 'NETWORK_FAILED' : 'SOURCE_DENIED', `${host} ${said} for ${object}`, {
    details: { status, retryable: isRetryable, retryAfterMs: waitMs },
  });
}

function denied(message: string, hint: string): LuciError {
  return new LuciError('SOURCE_DENIED', message, { hint, details: { retryable: false } });
}

/** The hub gives one answer for two things, and so do we. */
function repositoryMissing(repo: string, host: string, hadToken: boolean): LuciError {
  const other = hadToken ? 'is private and closed to the account of HF_TOKEN' : 'is private';
  const token = hadToken ? 'a token of an account that may read it' : 'a token that may read it';
  const [word = ''] = (repo.split('/')[1] ?? '').toLowerCase().split(/[-_]/);
  return missing(
    `The repository ${repo} does not exist at ${host}, or ${other}.`,
    `luci search ${word}\nIf it is private, set HF_TOKEN to ${token}.`,
  );
}

function missing(message: string, hint = 'luci search …'): LuciError {
  return new LuciError('SOURCE_NOT_FOUND', message, { hint, details: { retryable: false } });
}

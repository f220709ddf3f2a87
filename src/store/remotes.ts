import * as v from 'valibot';
import { LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { stateFile } from './state-file.ts';

/** Endpoints elsewhere that run models: `state/remotes.json`. Keys are not kept; only the name of the variable that holds one. */
export interface Remote {
  readonly name: string;
  /** Up to and without `/chat/completions`. */
  readonly url: string;
  readonly keyEnv?: string;
}

const remotesSchema = v.object({
  version: v.literal(1),
  remotes: v.array(v.object({ name: v.string(), url: v.pipe(v.string(), v.url()), keyEnv: v.optional(v.string()) })),
});

const file = stateFile(remotesSchema, { name: 'remotes', what: 'the list of remote endpoints' });

/** The endpoints, in the order they were added. */
export async function readRemotes(stateFolder: string): Promise<readonly Remote[]> {
  return (await file.read(stateFolder))?.remotes ?? [];
}

/** Adds an endpoint, or replaces the one of that name. */
export async function addRemote(stateFolder: string, remote: Remote): Promise<void> {
  if (!/^[a-z0-9][\w.-]{0,40}$/i.test(remote.name))
    throw new LuciError('USAGE', `"${remote.name}" is no name: letters, digits, dots and dashes only.`, {
      hint: `luci remote add box ${shellWord(asHttp(remote.url))}`,
    });
  if (!URL.canParse(remote.url) || !/^https?:$/.test(new URL(remote.url).protocol))
    throw new LuciError('USAGE', `"${remote.url}" is no http address.`, {
      hint: `luci remote add ${remote.name} ${shellWord(asHttp(remote.url))}`,
    });
  const { username, password, search } = new URL(remote.url);
  if (username || password || search)
    throw new LuciError('USAGE', 'The address holds a secret or a query. Put the key into a variable.', {
      hint: 'luci remote add NAME URL --key-env VARIABLE',
    });
  await change(stateFolder, (remotes) => [
    ...remotes.filter(({ name }) => name !== remote.name),
    { ...remote, url: remote.url.replace(/\/+$/, '') },
  ]);
}

/** What was meant by an address without its beginning: the one that OpenAI-compatible servers answer at. */
function asHttp(address: string): string {
  const rest = address.replace(/^[a-z]*:?\/+/i, '').replace(/\/+$/, '');
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  const meant = `http://${rest}${rest.includes('/') ? '' : '/v1'}`;
  return URL.canParse(meant) ? meant : 'http://127.0.0.1:8080/v1';
}

/** Removes an endpoint; false when there is none of that name. */
export async function removeRemote(stateFolder: string, name: string): Promise<boolean> {
  let isThere = false;
  await change(stateFolder, (remotes) => {
    isThere = remotes.some((remote) => remote.name === name);
    return remotes.filter((remote) => remote.name !== name);
  });
  return isThere;
}

function change(stateFolder: string, by: (remotes: readonly Remote[]) => readonly Remote[]): Promise<void> {
  return file.change(stateFolder, (now) => ({ version: 1, remotes: by(now?.remotes ?? []) }));
}

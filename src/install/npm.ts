import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Finished, runProgram } from '../base/child-process.ts';
import { LuciError } from '../base/errors.ts';
import { errnoOf } from '../base/system-error.ts';
import { withoutAddresses } from '../base/without-addresses.ts';
import type { Net } from '../net/net.ts';

/** Packages fetched with the machine's own npm, from whatever registry it is set up for. */

/** How to run npm. */
export interface NpmOptions {
  /** Where it runs. */
  readonly folder: string;
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Fetches a package as it is into `folder`; returns the archive's path. `name` as in `pyodide@314.0.7`. */
export async function packNpm(net: Net, name: string, options: NpmOptions): Promise<string> {
  await runNpm(net, ['pack', name], name, options);
  const fetched = (await readdir(options.folder)).find((file) => file.endsWith('.tgz'));
  if (fetched === undefined) throw new LuciError('NETWORK_FAILED', `npm left no package of ${name}.`, { hint: 'luci net log' });
  return join(options.folder, fetched);
}

/** Unpacks a package's archive beside itself, all of it or only `members`; returns the folder `package` with its files. */
export async function unpackPackage(
  archive: string,
  members: readonly string[],
  { environment, signal }: Omit<NpmOptions, 'folder'>,
): Promise<string> {
  const folder = dirname(archive);
  // By names relative to the folder: some tars take "C:" for the name of another machine.
  const args = ['-xzf', basename(archive), ...members.map((member) => `package/${member}`)];
  const unpacked = await runProgram('tar', args, { environment, folder, signal });
  if (unpacked.exitCode === 0) return join(folder, 'package');
  throw new LuciError('FAILED', `tar could not unpack ${basename(archive)}: ${unpacked.stderr.trim().slice(0, 200)}`, {
    hint: 'luci doctor',
  });
}

/** Runs npm to its end; `name` is the package. Throws OFFLINE, or NETWORK_FAILED with npm's own last words. */
async function runNpm(net: Net, args: readonly string[], name: string, options: NpmOptions): Promise<void> {
  const [file, ...firstArgs] = npmCommand();
  const finished = await net
    .run({
      file,
      args: [...firstArgs, ...args, '--ignore-scripts', '--no-audit', '--no-fund'],
      purpose: 'runtime',
      destination: 'npm',
      ...options,
    })
    .catch((cause: unknown) => {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
      throw new LuciError('NETWORK_FAILED', `npm is not on the PATH, so ${name} cannot be fetched.`, { cause, hint: 'luci runtime list' });
    });
  if (finished.exitCode !== 0) throw npmError(name, finished);
}

/** On Windows npm is a batch file, which Node refuses to start by itself; the program behind it lies beside Node. */
function npmCommand(): readonly [file: string, ...args: string[]] {
  if (process.platform !== 'win32') return ['npm'];
  return [process.execPath, join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}

function npmError(name: string, { stderr, exitCode }: Finished): LuciError {
  const reason = /npm (?:ERR!|error) (?!code)(.*)/.exec(stderr)?.[1] ?? `exit ${exitCode}`;
  // Addresses of a registry may hold credentials.
  const said = withoutAddresses(reason).slice(0, 200);
  return new LuciError('NETWORK_FAILED', `npm could not fetch ${name}: ${said}`, { hint: 'luci net log' });
}

import { resolve } from 'node:path';
import type { Luci } from '../../app/luci.ts';
import { isEngineProgram } from '../../base/engine-programs.ts';
import { LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import { anyText } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { fetchSettings } from '../flags.ts';
import { installProgress } from '../show/download-progress.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci runtime`: programs that run models beside the embedded engine, and optional parts. */
export const runtime = defineCommand({
  name: 'runtime',
  summary: 'fetch or name programs that run models, and Python for tests',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'those that were added, and those that can be', run: list }),
    defineCommand({
      name: 'add',
      operands: '<kind>[@version]',
      example: 'llamafile',
      summary: 'fetch one, or name one of yours',
      details:
        'Kinds: llamafile (runs on older systems), llama-server (a program of yours: --path, or llama-server@/path), vulkan and cuda (let the embedded engine use a graphics card; fetched with npm), python (lets "luci test" ask for Python; 6.5 MB, fetched with npm, or --path to an unpacked pyodide package or its .tgz). Fetched files are verified like models. The newest of a kind is the one in use; take it with --engine llamafile|llama-server.',
      options: {
        path: { kind: anyText('FILE'), value: 'FILE', summary: 'use this program (python: folder or .tgz) instead of fetching one' },
      },
      settings: fetchSettings.filter(({ override }) => override !== 'onlySource'),
      run: (context) => add(context, { ...kindAndVersion(context), path: context.options.path }),
    }),
    defineCommand({
      name: 'remove',
      operands: '<kind>[@version]',
      example: 'llamafile',
      summary: 'forget one; files luci fetched are deleted',
      run: (context) => remove(context, kindAndVersion(context)),
    }),
  ],
});

interface Named {
  readonly kind: string;
  readonly version: string | undefined;
}

/** `llamafile@0.10.3` as its parts. */
function kindAndVersion({ operands: [named = ''] }: CommandContext): Named {
  const at = named.indexOf('@');
  return at < 0 ? { kind: named, version: undefined } : { kind: named.slice(0, at), version: named.slice(at + 1) };
}

async function list({ luci: open, show }: CommandContext): Promise<number> {
  const luci = await open();
  const { runtimes } = luci;
  const [there, { usual, releases }, python] = await Promise.all([runtimes.list(), runtimes.releases(), runtimes.pythonRelease()]);
  if (show.json) show.data({ added: there, usual, releases, python });
  else {
    const { none } = show.terminal.marks;
    const rows = there.map(({ kind, version, path, isOurs }) => [kind, version ?? none, isOurs ? 'fetched' : 'yours', printable(path)]);
    const titles = [{ title: 'kind' }, { title: 'version' }, { title: 'from', dropOrder: 1 }, { title: 'file', dropOrder: 2 }];
    if (rows.length > 0) show.result(table(titles, rows, show.terminal).join('\n'));
    else show.note('No runtime was added; models run on the embedded engine.');
    const named = (isKnown: boolean): string =>
      releases
        .filter(({ sha256 }) => (sha256 !== undefined) === isKnown)
        .map(({ version }) => version)
        .join(', ');
    show.note(
      `llamafiles to fetch: ${named(true)}; usual: ${usual}\nwithout a known digest: ${named(false)}\n  luci runtime add llamafile   luci runtime add llamafile@${usual}`,
    );
    if (!there.some(({ kind }) => kind === 'python')) show.note(`Python for tests: ${python.version}\n  luci runtime add python`);
  }
  return 0;
}

async function add(context: CommandContext, { kind, version, path }: Named & { readonly path: string | undefined }): Promise<number> {
  const { luci: open, show, signal } = context;
  requireMeant({ kind, version, path });
  const luci = await open();
  const { runtimes } = luci;
  if (kind === 'vulkan' || kind === 'cuda') {
    const added = await runtimes.addGpu(kind, signal);
    await luci.engine.stop(); // The next start finds it.
    if (show.json) show.data({ added: kind, ...added });
    else show.note(`${kind} ${added.version} is there: the embedded engine uses it where there is a card for it.\n  luci doctor`);
    return 0;
  }
  if (kind === 'python') return addPython(context, runtimes, path);
  const program = path ?? (kind === 'llama-server' ? version : undefined);
  if (kind === 'llama-server' && program === undefined)
    throw new LuciError('USAGE', 'llama-server is a program of yours: name it.', { hint: 'luci runtime add llama-server --path FILE' });
  if (!isEngineProgram(kind))
    throw new LuciError('USAGE', `There is no runtime "${kind}": there are llamafile, llama-server, vulkan, cuda and python.`, {
      hint: 'luci runtime add llamafile',
    });
  if (program !== undefined) return said(context, kind, await runtimes.addProgram(kind, program));
  return said(context, kind, await fetchLlamafile(runtimes, version, { show, signal, keepPartial: luci.settings.download.keepPartial }));
}

/** A version or a path nobody asks for is not passed over. */
function requireMeant({ kind, version, path }: Named & { readonly path: string | undefined }): void {
  const isOfNpm = kind === 'vulkan' || kind === 'cuda' || kind === 'python';
  if (version !== undefined && (isOfNpm || path !== undefined))
    throw new LuciError('USAGE', `${kind} is taken without a version, and "${version}" is one.`, { hint: `luci runtime add ${kind}` });
  if (path !== undefined && (kind === 'vulkan' || kind === 'cuda'))
    throw new LuciError('USAGE', `${kind} is fetched with npm and taken from no path.`, { hint: `luci runtime add ${kind}` });
}

async function addPython({ show, signal }: CommandContext, runtimes: Luci['runtimes'], path?: string): Promise<number> {
  if (path === undefined) {
    const { version, sizeBytes } = await runtimes.pythonRelease();
    show.live([`fetching Python ${version} for tests with npm, ${formatBytes(sizeBytes)}`]);
  }
  const added = await runtimes.addPython({ signal, path: path === undefined ? undefined : resolve(path) }).finally(() => show.live([]));
  if (show.json) show.data({ added: 'python', ...added });
  else show.note(`python ${added.version} is there: ${printable(added.path)}. Tests now ask for code in Python.\n  luci test`);
  return 0;
}

async function fetchLlamafile(
  runtimes: Luci['runtimes'],
  version: string | undefined,
  { show, signal, keepPartial }: Pick<CommandContext, 'show' | 'signal'> & { readonly keepPartial: boolean },
) {
  const progress = installProgress(show);
  try {
    return await runtimes.addLlamafile(version, {
      signal,
      onAbort: keepPartial ? 'keep' : 'delete',
      onEvent: (event) => progress({ type: 'file', model: 'llamafile', part: 1, parts: 1, event }),
    });
  } finally {
    show.live([]);
  }
}

function said({ show }: CommandContext, kind: string, added: { path: string; version?: string; vouched?: boolean }): number {
  if (show.json) show.data({ added: kind, ...added });
  else {
    const doubt = added.vouched === false ? ' Nobody vouches for its bytes.' : '';
    const { ellipsis } = show.terminal.marks;
    show.note(
      `${kind} ${added.version ?? ''} is there: ${printable(added.path)}.${doubt}\n  luci ask --engine ${kind} "${ellipsis}"`.replace(
        '  is there',
        ' is there',
      ),
    );
  }
  return 0;
}

async function remove({ luci: open, show }: CommandContext, { kind, version }: Named): Promise<number> {
  const removed = await (await open()).runtimes.remove(kind, version);
  if (removed.length === 0) throw new LuciError('NOT_FOUND', `No runtime ${kind} was added.`, { hint: 'luci runtime list' });
  if (show.json) show.data({ removed });
  else
    for (const { path, isOurs } of removed)
      show.note(isOurs ? `${printable(path)} is deleted.` : `${printable(path)} is forgotten; the file stays.`);
  return 0;
}

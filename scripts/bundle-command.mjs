// Bundles the command in two files: what nearly every command runs, and what some of them import while they run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** Modules that are imported while the command runs, and yet by nearly every command. */
const nearlyAlways = ['app/create-luci.ts', 'catalog/load-catalog.ts', 'cli/install-models.ts', 'engine/host/find-host.ts'];
/** Modules with large packages that few commands need, and the file each is built to. They are imported while the command runs. */
const ownFiles = { 'mcp/sdk.ts': 'mcp-sdk.cjs' };
/** Modules of Node of which luci uses functions only. They take 1 and 2 ms to load, and most commands end without. */
const lazyModules = ['node:fs/promises', 'node:tty'];

/**
 * Writes cli-main.cjs, cli-more.cjs and {@link ownFiles} to `folder`; returns the files that went into them. In one file everything would be read, and
 * unpacked from the code cache, at every start: 1.3 ms more. cli.cjs joins the two: what one of them takes from the other is named
 * `main:FILE` and `more:FILE`.
 * @param options esbuild's, for all of luci
 */
export async function bundleCommand(esbuild, { source, folder, options }) {
  const bundle = ({ name, before, after }, contents, plugin) =>
    esbuild.build({
      ...options,
      format: 'cjs',
      // Names are kept, for stacks of errors; telling V8 the name of each function again would cost every start 1 ms.
      minifyIdentifiers: false,
      keepNames: false,
      // Code that starts from V8's cache cannot import(); require() it can. And import.meta does not exist there.
      supported: { 'dynamic-import': false },
      define: { ...options.define, 'import.meta.dirname': '__dirname' },
      stdin: { contents, resolveDir: source },
      absWorkingDir: source,
      plugins: [...options.plugins, lazily(), leaveOwnFiles(source), plugin],
      banner: { js: before },
      footer: { js: after },
      outfile: join(folder, name),
      metafile: true,
    });
  const start = "import './cli/main.ts';";
  const share = (prefix, files) => files.map((file) => `parts['${prefix}:${file}'] = () => require('./${file}');`).join('\n');
  const asMain = { name: 'cli-main.cjs', before: '(function (require, __dirname, parts) {', after: '})' };
  const asMore = { name: 'cli-more.cjs', before: 'module.exports = function (require, __dirname, parts) {', after: '};' };

  const left = new Set();
  const first = await bundle(asMain, start, leaveOut(source, left));
  const inMain = new Set(Object.keys(first.metafile.inputs).filter((file) => !file.startsWith('node_modules')));
  const taken = new Set();
  const more = await bundle(asMore, share('more', [...left]), takeFrom(source, inMain, taken));
  const main = await bundle(asMain, `${start}\n${share('main', [...taken])}`, leaveOut(source, left));
  for (const { name } of [asMain, asMore]) toAscii(join(folder, name));
  const own = await esbuild.build({
    ...options,
    format: 'cjs',
    entryPoints: Object.entries(ownFiles).map(([file, name]) => ({ in: file, out: name.replace(/\.cjs$/, '') })),
    absWorkingDir: source,
    outExtension: { '.js': '.cjs' },
    outdir: folder,
    metafile: true,
  });
  return [main, more, own].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/** Leaves what has a file of its own for that file; cli.cjs requires it from beside itself. */
function leaveOwnFiles(source) {
  return {
    name: 'leave-own-files',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const name = ownFiles[nameOf(source, resolve(resolveDir, path))];
        return name === undefined ? undefined : { path: `./${name}`, external: true };
      });
    },
  };
}

/** Leaves what is imported while the command runs for cli-more.cjs, and notes it in `left`. */
function leaveOut(source, left) {
  return {
    name: 'leave-out',
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === 'resolved') return undefined;
        const found = await build.resolve(path, { kind, resolveDir, pluginData: 'resolved' });
        const file = nameOf(source, found.path);
        if (found.external || found.namespace !== 'file' || nearlyAlways.includes(file)) return found;
        left.add(file);
        return { path: `more:${file}`, external: true };
      });
    },
  };
}

/** Takes what is in cli-main.cjs from there, and notes it in `taken`. Packages are bundled twice where both use them. */
function takeFrom(source, inMain, taken) {
  return {
    name: 'take-from-main',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = nameOf(source, resolve(resolveDir, path));
        if (!inMain.has(file)) return undefined;
        taken.add(file);
        return { path: `main:${file}`, external: true };
      });
    },
  };
}

function nameOf(source, path) {
  return relative(source, path).split(sep).join('/');
}

/** Each function of {@link lazyModules} loads its module when it is called. What is imported while the command runs is late enough, and whole. */
function lazily() {
  return {
    name: 'lazily',
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        lazyModules.includes(path) && kind !== 'dynamic-import' ? { path, namespace: 'lazily' } : undefined,
      );
      build.onLoad({ filter: /./, namespace: 'lazily' }, ({ path }) => {
        const module = process.getBuiltinModule(path);
        const names = Object.keys(module).filter((name) => typeof module[name] === 'function');
        const lines = names.map((name) => `export const ${name} = (...given) => process.getBuiltinModule('${path}').${name}(...given);`);
        return { contents: lines.join('\n') };
      });
    },
  };
}

/** cli.cjs reads the command as Latin-1, which is faster. esbuild has escaped everything but regular expressions. */
function toAscii(path) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/[^\0-\x7f]/g, escaped));
}

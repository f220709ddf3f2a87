// Bundles the command in three files: what nearly every command line runs, the other commands, and what some of them import while they run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** What starts, or is taken from outside: modules of the sources. `keeps` are imported while the command runs, and yet by nearly every one. */
const files = {
  'cli-main': {
    starts: ['cli/main.ts'],
    keeps: ['app/create-luci.ts', 'catalog/load-catalog.ts', 'cli/install-models.ts', 'engine/host/find-host.ts'],
  },
  'cli-commands': { starts: [], keeps: [] },
  'cli-more': { starts: [] },
};
/** Where the other commands begin. */
const commandTable = 'cli/command-table.ts';
/** Modules with large packages that few commands need, and the file each is built to. They are imported while the command runs. */
const ownFiles = { 'mcp/sdk.ts': 'mcp-sdk.cjs' };
/** Modules of Node of which luci uses functions only. They take 1 and 2 ms to load, and most commands end without. */
const lazyModules = ['node:fs/promises', 'node:tty'];

/**
 * Writes {@link files} and {@link ownFiles} to `folder`; returns the sources that went into them. In one file everything would be read, and
 * unpacked from the code cache, at every start. cli.cjs joins them: what one of them takes from another is named `FILE:MODULE`. Packages are bundled
 * twice where two of them use them.
 * @param options esbuild's, for all of luci
 */
export async function bundleCommand(esbuild, { source, folder, options }) {
  /** The file a module is in, and the modules of each file that others take. */
  const [placed, taken] = [new Map(), new Map(Object.keys(files).map((name) => [name, new Set()]))];

  async function bundle(name) {
    const starts = files[name].starts.map((module) => `import './${module}';`);
    const shares = [...taken.get(name)].map((module) => `parts['${name}:${module}'] = () => require('./${module}');`);
    const { metafile } = await esbuild.build({
      ...options,
      format: 'cjs',
      // Names are kept, for stacks of errors; telling V8 the name of each function again would cost every start 1 ms.
      minifyIdentifiers: false,
      keepNames: false,
      // Code that starts from V8's cache cannot import(); require() it can. And import.meta does not exist there.
      supported: { 'dynamic-import': false },
      define: { ...options.define, 'import.meta.dirname': '__dirname' },
      stdin: { contents: [...starts, ...shares].join('\n'), resolveDir: source },
      absWorkingDir: source,
      plugins: [...options.plugins, lazily(), leaveOwnFiles(source), joinFiles(source, { name, placed, taken })],
      banner: { js: '(function (require, __dirname, parts) {' },
      footer: { js: '})' },
      outfile: join(folder, `${name}.cjs`),
      metafile: true,
    });
    const modules = Object.keys(metafile.inputs);
    for (const module of modules) if (!module.startsWith('node_modules') && !placed.has(module)) placed.set(module, name);
    toAscii(join(folder, `${name}.cjs`));
    return modules;
  }

  taken.get('cli-commands').add(commandTable);
  // Each takes from those before it, which are written again with what is taken of them.
  const modules = [];
  for (const name of [...Object.keys(files), 'cli-main', 'cli-commands']) modules.push(...(await bundle(name)));
  const own = await esbuild.build({
    ...options,
    format: 'cjs',
    entryPoints: Object.entries(ownFiles).map(([file, name]) => ({ in: file, out: name.replace(/\.cjs$/, '') })),
    absWorkingDir: source,
    outExtension: { '.js': '.cjs' },
    outdir: folder,
    metafile: true,
  });
  return [...new Set([...modules, ...Object.keys(own.metafile.inputs)])];
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

/** Takes what is in another file from there. What the command imports while it runs, and is in none yet, is left for cli-more.cjs. */
function joinFiles(source, { name, placed, taken }) {
  const { keeps = [] } = files[name];
  /** The file a module is to be in. */
  function fileOf(module, isLate) {
    const known = placed.get(module) ?? (module === commandTable ? 'cli-commands' : undefined);
    return known ?? (isLate && !keeps.includes(module) ? 'cli-more' : name);
  }
  return {
    name: 'join-files',
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        const isLate = kind === 'dynamic-import';
        const isOurs = pluginData !== 'resolved' && !importer.includes('node_modules') && (isLate || path.startsWith('.'));
        if (!isOurs) return undefined;
        const found = await build.resolve(path, { kind, resolveDir, pluginData: 'resolved' });
        if (found.external || found.namespace !== 'file') return found;
        const module = nameOf(source, found.path);
        const file = fileOf(module, isLate);
        if (file === name) return found;
        taken.get(file).add(module);
        return { path: `${file}:${module}`, external: true };
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

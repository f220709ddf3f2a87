// Builds dist/: the command, the library, and the programs that run in a process or thread of their own. Needs src/node_modules.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundleCommand } from './bundle-command.mjs';

const root = dirname(import.meta.dirname);
const source = join(root, 'src');
const require = createRequire(join(source, 'package.json'));
const esbuild = require('esbuild');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const engineFolder = join(source, 'node_modules', 'node-llama-cpp');

// What is changed while this builds is newer than the stamp, and built the next time.
const startedAt = new Date();

// Built beside dist/ and swapped in whole, so that nobody ever starts half a build.
const fresh = join(root, `.dist-${process.pid}`);
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh);

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['@node-llama-cpp/*', '@reflink/*'],
  define: { LUCI_VERSION: JSON.stringify(version) },
  plugins: [engineFacts()],
};
// CommonJS packages inside an ES module bundle still call require(): of parts of Node only. A bundle of the bundle may have no address.
const esm = {
  format: 'esm',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url ?? 'file:///');",
  },
};

/** Every file that went into a bundle. */
const bundled = new Set();

const builds = [
  // The doors of the library share what they are made of: an error of one is an error of the other.
  {
    entryPoints: { index: 'index.ts', ai: 'ai/index.ts' },
    ...esm,
    splitting: true,
    chunkNames: 'library/[name]-[hash]',
    minifyWhitespace: false,
    minifySyntax: false,
    minifyIdentifiers: false,
  },
  {
    entryPoints: {
      'engine-host': 'engine/host/main.ts',
      'hash-worker': 'download/hash-worker.ts',
      'javascript-sandbox': 'tiers/sandbox/javascript-worker.ts',
      'python-sandbox': 'tiers/sandbox/python-child.ts',
      'sql-sandbox': 'tiers/sandbox/sql-worker.ts',
    },
    ...esm,
    loader: { '.wasm': 'binary' },
    define: { ...common.define, __dirname: 'import.meta.dirname' },
    outExtension: { '.js': '.mjs' },
  },
];

try {
  for (const build of builds) {
    const entryPoints = Object.fromEntries(
      Object.entries(build.entryPoints)
        .map(([name, path]) => [name, join(source, path)])
        .filter(([, path]) => existsSync(path)),
    );
    if (Object.keys(entryPoints).length === 0) continue;
    const { metafile } = await esbuild.build({ ...common, ...build, entryPoints, outdir: fresh, metafile: true });
    for (const input of Object.keys(metafile.inputs)) bundled.add(input);
  }
  for (const input of await bundleCommand(esbuild, { source, folder: fresh, options: common })) bundled.add(join('src', input));
  await buildPage(join(fresh, 'web'));
  writeNotices(fresh);
  makeStarter(fresh);
  const stamp = join(fresh, '.stamp');
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
  utimesSync(stamp, startedAt, startedAt);
  const old = join(root, `.dist-old-${process.pid}`);
  const dist = join(root, 'dist');
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

/**
 * cli.cjs starts the files of the command from V8's code cache, which saves every start the compiling (4 of 80 ms, npm run bench:start).
 * A cache made by another Node is not accepted by V8, and the source is compiled as always.
 */
function makeStarter(folder) {
  copyFileSync(join(root, 'scripts', 'starter.cjs'), join(folder, 'cli.cjs'));
  chmodSync(join(folder, 'cli.cjs'), 0o755);
  const home = join(folder, 'home');
  const model = join(home, 'models', 'none.gguf');
  mkdirSync(join(home, 'models'), { recursive: true });
  mkdirSync(join(home, 'state'));
  writeFileSync(model, 'GGUF');
  writeFileSync(join(home, 'state', 'engine-token'), 'none');
  // A cache holds what ran until it was made, and each run adds to it: commands of the other files, a list, and asking as far as one comes
  // without an engine. What only the others run of the first file would be unpacked at every start.
  const runs = [
    { args: ['chats'], exitCode: 0 },
    { args: ['ps'], exitCode: 0 },
    { args: ['list'], exitCode: 0, makes: 'cli-main.cjs.cache' },
    { args: ['ask', 'hi', '--model', model], exitCode: 6 },
  ];
  // Nothing of the user's counts, and nothing outside the folder is touched.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LUCI_')));
  for (const { args, exitCode, makes } of runs) {
    if (makes !== undefined) rmSync(join(folder, makes));
    const made = spawnSync(process.execPath, [join(folder, 'cli.cjs'), ...args, '--home', home, '--offline'], {
      env: { ...environment, XDG_RUNTIME_DIR: home, LUCI_MAKE_CODE_CACHE: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (made.status !== exitCode) throw new Error(`the built command ends with ${made.status} at ${args.join(' ')}: ${made.stderr}`);
  }
  rmSync(home, { recursive: true });
}

/** Looks packages up from another folder than the one of the file that imports them. */
function packagesOf(folder) {
  return {
    name: 'packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer, pluginData }) =>
        pluginData === 'found' || kind === 'entry-point' || importer.includes('node_modules')
          ? undefined
          : build.resolve(path, { kind, resolveDir: folder, pluginData: 'found' }),
      );
    },
  };
}

/** The page of `luci serve`: its packages lie with those of the sources. */
async function buildPage(folder) {
  const web = join(root, 'web');
  mkdirSync(folder);
  const { metafile } = await esbuild.build({
    entryPoints: { page: join(web, 'page.tsx') },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [packagesOf(source)],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  for (const input of Object.keys(metafile.inputs)) bundled.add(input);
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(web, name), join(folder, name));
  const { code } = await esbuild.transform(readFileSync(join(web, 'page.css'), 'utf8'), {
    loader: 'css',
    minify: true,
    target: ['chrome111'],
  });
  writeFileSync(join(folder, 'page.css'), code);
}

/** The licences of everything that is bundled: their texts must go wherever its code goes. */
function writeNotices(folder) {
  const folders = new Set();
  for (const input of bundled) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) folders.add(join(root, found[1]));
  }
  const notices = [...folders].sort().map((place) => {
    const { name, version, license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
    const files = readdirSync(place).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(place, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

/** The engine's JavaScript reads two facts from files of its package; in a bundle they are constants. */
function engineFacts() {
  const constants = {
    'getModuleVersion.js': () => {
      const { version } = JSON.parse(readFileSync(join(engineFolder, 'package.json'), 'utf8'));
      return `export const getModuleVersion = async () => ${JSON.stringify(version)};`;
    },
    'binariesGithubRelease.js': () => {
      const { release } = JSON.parse(readFileSync(join(engineFolder, 'llama', 'binariesGithubRelease.json'), 'utf8'));
      const names = ['builtinLlamaCppRelease', 'defaultLlamaCppRelease'].map((name) => `${name} = ${JSON.stringify(release)}`);
      return `export const ${names.join(', ')}; export const getBinariesGithubRelease = async () => ${JSON.stringify(release)}; export const setBinariesGithubRelease = async () => {};`;
    },
  };
  return {
    name: 'engine-facts',
    setup(build) {
      build.onLoad({ filter: /node-llama-cpp[\\/]dist[\\/].*(getModuleVersion|binariesGithubRelease)\.js$/ }, ({ path }) => {
        const name = path.split(/[\\/]/).at(-1);
        return { contents: constants[name](), loader: 'js' };
      });
    },
  };
}

#!/usr/bin/env node
// Runs cli-main.cjs, compiled from the code cache beside it where that was made by this Node. The build copies this to dist/cli.cjs.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** What the files of the command take from each other: `FILE:MODULE`. */
const parts = {};
run('cli-main');

/** A module of Node, or a part; its file is read when something of it is first asked for. */
function requireAny(name) {
  if (parts[name] === undefined && name.startsWith('cli-')) run(name.slice(0, name.indexOf(':')));
  return parts[name] === undefined ? require(name) : parts[name]();
}

function run(file) {
  const filename = join(__dirname, `${file}.cjs`);
  // The build writes ASCII only.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCache(`${filename}.cache`) });
  if (process.env.LUCI_MAKE_CODE_CACHE) process.once('exit', () => writeFileSync(`${filename}.cache`, script.createCachedData()));
  script.runInThisContext()(requireAny, __dirname, parts);
}

function readCache(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // None was made; it only saves time.
  }
}

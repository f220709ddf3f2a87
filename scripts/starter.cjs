#!/usr/bin/env node
// Runs cli-main.cjs, compiled from the code cache beside it where that was made by this Node. The build copies this to dist/cli.cjs.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'cli-main.cjs');
// The build writes ASCII only.
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCache() });
if (process.env.LUCI_MAKE_CODE_CACHE) process.once('exit', () => writeFileSync(`${filename}.cache`, script.createCachedData()));
/** What cli-main.cjs and cli-more.cjs take from each other, by name. */
const parts = {};
script.runInThisContext()(requireAny, __dirname, parts);

/** A module of Node, or a part; cli-more.cjs is read when something of it is first asked for. */
function requireAny(name) {
  if (name.startsWith('more:') && parts[name] === undefined) require(join(__dirname, 'cli-more.cjs'))(requireAny, __dirname, parts);
  return parts[name] === undefined ? require(name) : parts[name]();
}

function readCache() {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined; // None was made; it only saves time.
  }
}

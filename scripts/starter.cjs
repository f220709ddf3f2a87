#!/usr/bin/env node
// Runs cli-main.cjs, compiled from the code cache beside it where that was made by this Node. The build copies this to dist/cli.cjs.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'cli-main.cjs');
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8')}\n})`;
const script = new Script(source, { filename, cachedData: readCache() });
if (process.env.LUCI_MAKE_CODE_CACHE) process.once('exit', () => writeFileSync(`${filename}.cache`, script.createCachedData()));
script.runInThisContext()(exports, require, module, filename, __dirname);

function readCache() {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined; // None was made; it only saves time.
  }
}

/** What JavaScript finds around it in the sandbox: what code is usually run in, where it does nothing, so that right code is not failed for it. */

/** Put in place before an answer is loaded; an answer may declare the same names itself. */
export const javascriptWorld = `
(() => {
  const write = JSON.stringify, quiet = new Proxy(function () {}, { get: (_, key) => (key === 'then' ? undefined : quiet), apply: () => undefined });
  const module = { exports: {} };
  const require = (name) => {
    if (/^(?:node:)?assert(?:\\/strict)?$/.test(name)) return quiet;
    throw new Error('Cannot find module ' + name);
  };
  const exported = (name) => {
    const found = module.exports;
    return found && typeof found[name] === 'function' ? found[name] : found && typeof found.default === 'function' ? found.default : found;
  };
  const put = (key, value) => Object.defineProperty(globalThis, key, { value, writable: true, configurable: true });
  const keep = (key, value) => Object.defineProperty(globalThis, key, { value });
  put('console', quiet);
  put('module', module);
  put('exports', module.exports);
  put('require', require);
  keep('$write', write);
  keep('$exported', exported);
})();`;

/** Source of a module as a script: the words of ES modules are taken off. */
export function asScript(source: string): string {
  return source
    .replace(/^[ \t]*export\s*\{[^}]*\}\s*;?/gm, '')
    .replace(/^[ \t]*export\s+default\s+(?!(?:async\s+)?function\s+\w|class\s+\w)/gm, 'module.exports = ')
    .replace(/^([ \t]*)export\s+(?:default\s+)?/gm, '$1');
}

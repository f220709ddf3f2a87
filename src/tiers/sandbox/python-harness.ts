/**
 * The Python that runs an answer: takes Python's own way to JavaScript away, then makes a function of source, name and calls (JSON)
 * that gives `{"done": [value as JSON, ...]}` or `{"failed": why}` as text. What is expected is not known here.
 */
export const harness = `
def harness():
    import json, os, sys, textwrap, types
    loads, dumps, dedent = json.loads, json.dumps, textwrap.dedent

    def close():
        import gc
        # Pyodide asks Node for random bytes when it needs the first, and after this it no longer can.
        os.urandom(1)
        import _pyodide._importhook as hook
        from pyodide.ffi import JsProxy
        hook.jsfinder.jsproxies.clear()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not hook.jsfinder]
        # Objects of JavaScript that Pyodide's own modules hold: whoever looks for them finds none.
        for thing in gc.get_objects():
            if isinstance(thing, hook.JsLoader):
                thing.jsproxy = None
            elif type(thing) is dict:
                for key in [key for key, value in thing.items() if isinstance(value, JsProxy)]:
                    thing[key] = None
        # With functions of C objects of JavaScript can be made, and from those its Function.
        closed = ('js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core', 'ctypes', '_ctypes', '_ctypes_test')
        for name in list(sys.modules):
            if name.partition('.')[0] in closed:
                del sys.modules[name]
        sys.modules.update(dict.fromkeys(closed))

    def told(error):
        if isinstance(error, MemoryError):
            return 'it took too much memory'
        if isinstance(error, SystemExit):
            return 'it ended itself'
        try:
            return (type(error).__name__ + ': ' + str(error))[:200]
        except BaseException:
            return 'it raised an error that cannot be told'

    def run(source, name, calls):
        try:
            arguments = loads(calls)
            # Dataclasses and pickles look their module up.
            sys.modules['answer'] = module = types.ModuleType('answer')
            names = module.__dict__
            # A block inside a list is indented as a whole.
            exec(compile(dedent(source), 'answer.py', 'exec'), names)
            return dumps({'done': [dumps([names[name](*each)]) for each in arguments]})
        except BaseException as error:
            return dumps({'failed': told(error)})

    close()
    return run

harness()
`;

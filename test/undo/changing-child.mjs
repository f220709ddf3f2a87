// Works with the built library: carries out the calls it is given, and ends itself with SIGKILL before the step it is told.
// node changing-child.mjs '{"library", "root", "journal", "calls", "killAt"}'
const { library, root, journal, calls, killAt } = JSON.parse(process.argv[2]);
const { builtInTools, openWorkspace } = await import(library);
let steps = 0;
const onStep = () => {
  steps += 1;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
};
const workspace = await openWorkspace(root, journal, { isDurable: false, onStep });
const tools = builtInTools(workspace, async () => ({}));
for (const { name, arguments: args } of calls) {
  process.stdout.write(`${name}\n`);
  if (name === 'undo' || name === 'redo') await workspace[name]();
  else
    await tools
      .find((tool) => tool.name === name)
      .run(args)
      .catch(() => undefined); // What a tool refuses is told to the model.
}
process.stdout.write('end\n');

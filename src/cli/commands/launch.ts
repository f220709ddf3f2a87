import { homedir } from 'node:os';
import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { textLike } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import type { Endpoint, JsonObject, LaunchApp } from '../launch/apps.ts';
import { printable } from '../show/text.ts';

const modelName = textLike(/^\S+$/, { expected: 'the name of a model', example: 'llama3.2' });

const options = {
  model: { kind: modelName, short: 'm', value: 'MODEL', summary: 'model to be used (default: the first that is installed and enabled)' },
  write: { summary: 'write the settings, and keep what was there before' },
  restore: { summary: 'bring back what was there before' },
} as const;

interface Options {
  readonly model?: string;
  readonly write?: true;
  readonly restore?: true;
}

/** `luci launch`: what an editor, an agent or a client needs to use luci. */
export const launch = defineCommand({
  name: 'launch',
  operands: '[app]',
  example: 'opencode',
  summary: 'show what another program needs to use luci',
  details:
    'Shows the settings. With --write those that are files of JSON are written; --restore takes that back. The server is started by: luci serve',
  options,
  run: (context) => run(context, context.options),
});

async function run(context: CommandContext, chosen: Options): Promise<number> {
  const { show, operands } = context;
  const { apps } = await import('../launch/apps.ts');
  const [name] = operands;
  if (name === undefined) {
    if (show.json) show.data(apps.map((app) => ({ name: app.name, title: app.title, place: app.place })));
    else show.result(apps.map((app) => `${app.name.padEnd(12)} ${app.title}`).join('\n'));
    return 0;
  }
  const app = apps.find((one) => one.name === name);
  if (!app) throw new LuciError('USAGE', `luci knows no settings of ${printable(name)}.`, { hint: 'luci launch' });
  const luci = await context.luci();
  if (chosen.restore) return restore(context, app, luci);
  const endpoint = await endpointOf(luci, chosen.model);
  return showSettings(context, { app, endpoint, luci, isWritten: chosen.write === true });
}

/** The server that runs, or where one will be; the model with the context it is served with. */
async function endpointOf(luci: Luci, wanted: string | undefined): Promise<Endpoint> {
  const [{ findServer }, { servedModel, servedModels }] = await Promise.all([
    import('../../serve/server-record.ts'),
    import('../../serve/model-list.ts'),
  ]);
  const model = wanted === undefined ? (await servedModels(luci)).find(({ kind }) => kind === 'chat') : await servedModel(luci, wanted);
  if (!model) throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed and enabled.', { hint: 'luci install llama3.2' });
  const server = await findServer(luci.directories.state);
  return { url: server?.url ?? 'http://127.0.0.1:5824', model: model.name, contextLength: model.contextLength };
}

interface Shown {
  readonly app: LaunchApp;
  readonly endpoint: Endpoint;
  readonly luci: Luci;
  readonly isWritten: boolean;
}

async function showSettings({ show }: CommandContext, { app, endpoint, luci, isWritten }: Shown): Promise<number> {
  const settings = app.settings(endpoint);
  if (isWritten) {
    const { writeSettings } = await import('../launch/write-settings.ts');
    await writeSettings(fileOf(app, luci), requireJson(app, settings));
  }
  if (show.json) {
    show.data({ app: app.name, place: app.place, settings, written: isWritten });
    return 0;
  }
  if (isWritten) show.note(`${app.place} is written. Back: luci launch ${app.name} --restore`);
  else {
    show.note(`${app.title}: ${app.place}`);
    show.result(typeof settings === 'string' ? settings : JSON.stringify(settings, undefined, 2));
  }
  show.note(`Then: luci serve --detach, and ${app.start}`);
  return 0;
}

async function restore({ show }: CommandContext, app: LaunchApp, luci: Luci): Promise<number> {
  const { restoreSettings } = await import('../launch/write-settings.ts');
  await restoreSettings(fileOf(app, luci));
  if (show.json) show.data({ app: app.name, restored: true });
  else show.note(`${app.place} is as it was before.`);
  return 0;
}

function fileOf({ name, place }: LaunchApp, { directories }: Luci) {
  return { app: name, path: place.replace(/^~/, homedir()), stateFolder: directories.state };
}

function requireJson({ name, title }: LaunchApp, settings: string | JsonObject): JsonObject {
  if (typeof settings !== 'string') return settings;
  throw new LuciError('USAGE', `The settings of ${title} are no file of JSON, so luci only shows them.`, { hint: `luci launch ${name}` });
}

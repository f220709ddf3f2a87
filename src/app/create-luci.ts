import { join } from 'node:path';
import { createAgent } from '../agent/agent.ts';
import { version } from '../base/version.ts';
import { directoriesOf } from '../config/directories.ts';
import { defaultSettings } from '../config/resolve-settings.ts';
import type { Settings } from '../config/settings.ts';
import { createHostEngine } from '../engine/host/host-engine.ts';
import { type MachineFacts, probeMachine } from '../engine/machine.ts';
import { nameOfFile } from '../install/lookup.ts';
import type { PlanItem } from '../install/plan.ts';
import { createNet } from '../net/create-net.ts';
import { appendToLedger, readLedger } from '../net/ledger.ts';
import { createStore } from '../store/store.ts';
import { createAliases } from './aliases.ts';
import { checkedLuci, checkSettings } from './check-arguments.ts';
import { createEnginePrograms } from './engine-programs.ts';
import { expandHome } from './expand-home.ts';
import { type LateParts, lateParts } from './late-parts.ts';
import type { DirectMembers, Luci } from './luci.ts';
import { createModels, type Models } from './models.ts';
import { createOpener } from './open-model.ts';
import { readFacts } from './read-facts.ts';
import { recordedSession } from './receipts/recorded-session.ts';
import { createRemotes } from './remotes.ts';
import { createSessions } from './sessions.ts';
import { tellSettings } from './tell-decisions.ts';

/** The composition root: every part of luci, made from one Settings value. What only some commands need is loaded when it is used. */

export { defaultSettings };

/** luci with these settings (default: {@link defaultSettings}). Touches nothing until it is asked to. */
export function createLuci(settings: Settings = defaultSettings()): Luci {
  checkSettings(settings);
  const directories = directoriesOf(settings);
  if (settings.debug) tellSettings(settings, directories);
  const { state: stateFolder, trash: trashFolder, undo: undoFolder } = directories;
  const { runtimeFolder, userFolder } = settings.system;
  const ledgerPath = join(stateFolder, 'net.jsonl');
  let probing: Promise<MachineFacts> | undefined;
  const machine = (): Promise<MachineFacts> => (probing ??= probeMachine());
  const net = createNet({
    offline: settings.offline,
    proxy: settings.proxy,
    userAgent: `luci/${version} node/${process.versions.node}`,
    record: (entry) => appendToLedger(ledgerPath, entry),
  });
  const engine = createHostEngine({
    home: settings.home,
    stateFolder,
    logsFolder: directories.logs,
    keepAliveSeconds: settings.engine.keepAliveSeconds,
    environment: () => settings.system.childEnvironment,
    machine,
    memoryBudgetBytes: settings.engine.memoryBudgetBytes,
    runtimeFolder,
  });
  const store = createStore({
    home: settings.home,
    modelsFolder: directories.models,
    stateFolder,
    trashFolder,
    readFacts,
    nameFile: async (fileName, sizeBytes) => nameOfFile(await models.catalog(), fileName, sizeBytes),
  });
  const remotes = createRemotes({ settings, stateFolder, net });
  const programs = createEnginePrograms(settings, stateFolder);
  const aliases = createAliases({
    stateFolder,
    userFolder,
    store,
    catalog: () => models.catalog(),
    choose: (reference) => models.choose(reference),
  });
  const { meant } = aliases;
  const planned = async (reference: string): Promise<PlanItem | undefined> => {
    const targets = await late.installs.targets([reference]);
    const asked = targets.flatMap((target) => (target.kind === 'model' ? [target.model] : []));
    return (await late.installs.plan(asked)).items[0];
  };
  const models: Models = createModels({ store, remotes, meant, stateFolder, catalogPath: directories.catalogFile, userFolder, planned });
  const openChosen = createOpener({ settings, net, engine, machine, programs, remotes });
  const { acquire: open, close } = createSessions(models, openChosen);
  const agent: Luci['agent'] = ({ model, onLoad, onAnswer, force, ...options } = {}) =>
    createAgent({
      ...options,
      async openModel(signal) {
        const session = await open(model, { signal, onEvent: onLoad, force });
        return onAnswer ? recordedSession(session, onAnswer) : session;
      },
    });
  const builtInTools: Luci['builtInTools'] = async (folder, { question } = {}) =>
    (await import('./folder-tools.ts')).toolsOn(expandHome(folder, userFolder), { undoFolder, machine, question });
  const late = lateParts({
    settings,
    directories,
    net,
    store,
    engine,
    machine,
    programs,
    models,
    aliases,
    remotes,
    open,
    agent,
    builtInTools,
  });
  return checkedLuci({
    settings,
    directories,
    net,
    store,
    engine,
    machine,
    models,
    aliases,
    remotes,
    ...late,
    ...directMembers(models, late),
    open,
    agent,
    builtInTools,
    requests: () => readLedger(ledgerPath),
    async [Symbol.asyncDispose]() {
      await close();
      engine.close();
    },
  });
}

function directMembers({ catalog, list, describe, resolve }: Models, { installs, tests, cleanup }: LateParts): DirectMembers {
  const { targets, plan, install, importFile, verify, repair } = installs;
  return { catalog, list, describe, resolve, targets, plan, install, importFile, verify, repair, clean: cleanup.clean, test: tests.run };
}

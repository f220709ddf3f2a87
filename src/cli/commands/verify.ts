import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes, formatBytesOf } from '../../base/units.ts';
import type { VerifiedModel } from '../../install/installer.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { fetchSettings } from '../flags.ts';
import { installProgress } from '../show/download-progress.ts';
import { printable } from '../show/text.ts';

/** `luci verify`: every byte read again and held to its digest. */
export const verify = defineCommand({
  name: 'verify',
  operands: '[model...]',
  summary: 'read installed models again and compare their digests',
  details:
    'Without a name all installed models are read. --repair fetches what is bad: the missing end of a file that became shorter and blocks of zeros; other damage is found by comparing with the source, and only what differs is written. The damaged file is replaced when the mended copy is verified. Exit status 6 when a file is bad and was not repaired.',
  options: {
    all: { summary: 'every installed model (the default)' },
    repair: { summary: 'fetch what is bad again' },
  },
  settings: fetchSettings,
  async run(context) {
    const { operands, options, show } = context;
    const references = referencesOf(operands, options.all === true);
    const luci = await context.luci();
    const names = await luci.models.installedNames(references);
    if (names.length === 0 && !show.json) show.note('No model is installed.');
    const bad: VerifiedModel[] = [];
    for (const name of names) {
      const verified = await read(name, luci, context);
      report(verified, context);
      if (verified.isGood) continue;
      if (options.repair === true) await repair(verified, luci, context);
      else bad.push(verified);
    }
    if (show.json) show.data({ type: 'done', models: names.length, bad: bad.map(({ model }) => model.name) });
    if (bad.length > 0) throw damaged(bad);
    return 0;
  },
});

function referencesOf(operands: readonly string[], isAll: boolean): readonly string[] {
  if (isAll && operands.length > 0)
    throw new LuciError('USAGE', `Name models, or say --all, not both: "${operands[0]}" would be passed over.`, {
      hint: 'luci verify --all',
    });
  return operands.length === 0 ? ['all'] : operands;
}

async function read(name: string, luci: Luci, { show, signal }: CommandContext): Promise<VerifiedModel> {
  const verified = await luci.installs.verify(name, {
    signal,
    onEvent: ({ doneBytes, totalBytes }) => {
      if (!show.json) show.live([`  reading ${printable(name)}  ${formatBytesOf(doneBytes, totalBytes)}`]);
    },
  });
  show.live([]);
  return verified;
}

async function repair(verified: VerifiedModel, luci: Luci, context: CommandContext): Promise<void> {
  const { show, signal } = context;
  const { name } = verified.model;
  const onAbort = luci.settings.download.keepPartial ? 'keep' : 'delete';
  await luci.installs.repair(verified, { signal, onAbort, onEvent: installProgress(show) });
  show.live([]);
  if (show.json) show.data({ type: 'repaired', model: name });
  else show.result(`${mark(true, context)} ${printable(name)}  repaired, sha256 verified`);
}

function damaged(bad: readonly VerifiedModel[]): LuciError {
  const names = bad.map(({ model }) => model.name);
  const unusable = bad.filter(({ files }) => files.every(({ state }) => state !== 'bad')).map(({ model }) => model.name);
  if (unusable.length === names.length)
    return new LuciError('GGUF_BROKEN', `${names.map(printable).join(', ')}: no usable model.`, {
      hint: `luci remove ${names.map(shellWord).join(' ')}`,
    });
  return new LuciError('DIGEST_MISMATCH', `${names.map(printable).join(', ')}: not the bytes that were installed.`, {
    hint: `luci verify --repair ${names.map(shellWord).join(' ')}`,
    details: { models: names },
  });
}

function report({ model, files, isGood, problem }: VerifiedModel, context: CommandContext): void {
  const { show } = context;
  if (show.json) {
    show.data({ type: 'verified', model: model.name, good: isGood, files });
    return;
  }
  const words = isGood
    ? files.some(({ state }) => state === 'recorded')
      ? 'sha256 recorded; there was none to compare with'
      : 'sha256 verified'
    : (problem ?? 'differs from its sha256');
  show.result(`${mark(isGood, context)} ${printable(model.name)}  ${formatBytes(model.sizeBytes)}, ${words}`);
}

function mark(isGood: boolean, { show }: CommandContext): string {
  const { style, marks } = show.terminal;
  return isGood ? style('good', marks.done, 'out') : style('bad', marks.wrong, 'out');
}

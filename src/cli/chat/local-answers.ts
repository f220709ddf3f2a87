import { freemem, totalmem } from 'node:os';
import type { Luci } from '../../app/luci.ts';
import { freeText } from '../../base/free-space.ts';
import { formatBytes } from '../../base/units.ts';
import { installedCount, installedTable } from '../show/installed-rows.ts';
import type { Terminal } from '../show/terminal.ts';
import { printable } from '../show/text.ts';

/**
 * Questions about the machine and the models that are answered exactly and at once, without a model: `memory`, `disk`, `models`,
 * `models info`, `list .`. Only these words alone; everything longer goes to the model.
 */
export async function localAnswer(text: string, luci: Luci, terminal: Terminal): Promise<string | undefined> {
  const words =
    text
      .trim()
      .toLowerCase()
      .replace(/[?.!]+$/, '')
      .trim() || text.trim();
  if (/^(memory|ram)$/.test(words)) return `Memory: ${formatBytes(freemem())} of ${formatBytes(totalmem())} are free.`;
  if (words === 'disk') return `Disk: ${freeText(await luci.cleanup.freeDiskBytes())} are free at ${luci.directories.home}.`;
  if (/^(models|models info|models list|list models)$/.test(words)) {
    const models = await luci.models.list();
    return models.length === 0 ? 'No model is installed.' : `${installedTable(models, terminal)}\n${installedCount(models, terminal)}`;
  }
  const folder = /^(?:list|ls)(?:\s+(\.|\.\/?|[^\s]+))?$/i.exec(text.trim());
  if (folder) return listFolder(folder[1] ?? '.');
  return undefined;
}

async function listFolder(path: string): Promise<string | undefined> {
  const { readdir } = await import('node:fs/promises');
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return undefined; // No folder: perhaps it was meant for the model.
  const names = entries.map((entry) => printable(entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  return names.length === 0 ? '(empty)' : names.join('\n');
}

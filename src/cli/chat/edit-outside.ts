import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { makeTemporaryFolder } from '../../base/make-folder.ts';
import { editorCommand, readEnvironment } from '../../config/environment.ts';

/**
 * Opens a text in the user's own editor and returns what it became. The editor has the terminal meanwhile; whoever reads from it must
 * let go before. @throws USAGE where no editor is named or it failed
 */
export async function editOutside(text: string): Promise<string> {
  const command = editorCommand(readEnvironment());
  if (command === undefined) throw new LuciError('USAGE', 'No editor is named.', { hint: 'export EDITOR=nano' });
  const folder = await makeTemporaryFolder('luci-edit-');
  const path = join(folder, 'question.md');
  try {
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    // A command as the shell has it, flags and all; the path goes beside it. It is the user's own program, with the user's environment.
    const child =
      process.platform === 'win32'
        ? spawn(`${command} "${path}"`, { stdio: 'inherit', shell: true })
        : spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', path], { stdio: 'inherit' });
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    if (exitCode !== 0)
      throw new LuciError('USAGE', `The editor "${command}" failed; the question is as it was.`, { hint: 'export EDITOR=nano' });
    return (await readFile(path, 'utf8')).replace(/\r\n?/g, '\n').trimEnd();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

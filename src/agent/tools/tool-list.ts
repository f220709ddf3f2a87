/** Written by scripts/write-tools.mjs: the tools of this folder. */

export { deleteFile } from './delete-file.ts';
export { listFiles } from './list-files.ts';
export { makeFolder } from './make-folder.ts';
export { moveFile } from './move-file.ts';
export { readFile } from './read-file.ts';
export { systemInfo } from './system-info.ts';
export { writeFile } from './write-file.ts';

/** Written by scripts/write-tools.mjs: the tools of this folder. */

export { appendFile } from './append-file.ts';
export { copyFile } from './copy-file.ts';
export { deleteFile } from './delete-file.ts';
export { listAll } from './list-all.ts';
export { listFiles } from './list-files.ts';
export { makeFolder } from './make-folder.ts';
export { moveFile } from './move-file.ts';
export { readFile } from './read-file.ts';
export { readLines } from './read-lines.ts';
export { replaceText } from './replace-text.ts';
export { searchFiles } from './search-files.ts';
export { systemInfo } from './system-info.ts';
export { writeFile } from './write-file.ts';

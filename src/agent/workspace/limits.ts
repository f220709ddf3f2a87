import { ToolError } from '../tool.ts';

/** How much a model may read, write and make. */

/** Bytes of a file that are read, or written, at most. */
export const maxFileBytes = 1_000_000;

/** What is written and made for as long as the workspace is open, which is one chat. */
const maxWrittenBytes = 50_000_000;
const maxMade = 1000;

/** Counts what is about to be made and written, `count` files and folders; throws where it is too much. */
export function createAllowance(): (bytes: number, count?: number) => void {
  let writtenBytes = 0;
  let made = 0;
  return (bytes, count = 1) => {
    if (writtenBytes + bytes > maxWrittenBytes)
      throw new ToolError(`no more than ${maxWrittenBytes} bytes are written in one chat`, { limited: true });
    if (made + count > maxMade) throw new ToolError(`no more than ${maxMade} files and folders are written in one chat`, { limited: true });
    writtenBytes += bytes;
    made += count;
  };
}

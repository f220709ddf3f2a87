let count = 0;

/** Text no other process and no other call has: for names of temporary files and for marks in locks. No secret. */
export function uniqueMark(): string {
  count += 1;
  // Not from node:crypto, which costs every start 1.5 ms.
  return [process.pid, Date.now(), count, Math.floor(Math.random() * 2 ** 32)].map((part) => part.toString(36)).join('-');
}

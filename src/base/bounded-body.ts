/** What another machine or program sends, read within a bound: nobody decides for us how much memory an answer takes. */

/** How much is taken, and what is thrown when there is more. */
export interface BodyBound {
  readonly maxBytes: number;
  /** Makes the error; it says whose body it was and what bound it broke. */
  readonly tooLong: () => Error;
}

/** Hands the chunks on. Breaking the bound, and leaving the loop, destroys the body. */
export async function* boundedChunks(body: AsyncIterable<unknown>, { maxBytes, tooLong }: BodyBound): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > maxBytes) throw tooLong();
    yield buffer;
  }
}

/** The whole body as text; characters that a chunk cuts in two are put together. */
export async function boundedText(body: AsyncIterable<unknown>, bound: BodyBound): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of boundedChunks(body, bound)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The beginning of a body, for words of an error; the rest is not read. */
export async function textStart(body: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

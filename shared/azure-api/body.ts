/** Reads a request's body before anybody knows who asks, and so no more of it than any caller may send. */
import { BODY_MAX_BYTES } from "./serve.ts";

/** What is too much is cut off where it shows that it is; `serve` refuses it then by its length. */
export async function readBody(stream: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > BODY_MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

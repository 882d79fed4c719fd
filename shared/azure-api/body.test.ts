import { HttpRequest } from "@azure/functions";
import { describe, expect, it } from "vitest";
import { readBody } from "./body.ts";
import { BODY_MAX_BYTES } from "./serve.ts";

describe("readBody", () => {
  it("reads what the Function's library gives of a request", async () => {
    const request = new HttpRequest({
      method: "POST",
      url: "https://hand.example/api/v1/certificates/observe",
      body: { string: '{"name":"bünny"}' },
    });
    expect(await readBody(request.body)).toBe('{"name":"bünny"}');
  });

  it("reads a body that is not there as an empty one", async () => {
    const request = new HttpRequest({ method: "POST", url: "https://hand.example/api" });
    expect(await readBody(request.body)).toBe("");
  });

  it("puts a character together that came in two chunks", async () => {
    const bytes = Buffer.from("ü");
    expect(await readBody(ReadableStream.from([bytes.subarray(0, 1), bytes.subarray(1)]))).toBe("ü");
  });

  it("stops reading once it is too much, however much would follow", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1;
        yield new Uint8Array(BODY_MAX_BYTES / 4);
      }
    }
    expect(Buffer.byteLength(await readBody(endless()))).toBeGreaterThan(BODY_MAX_BYTES);
    expect(given).toBe(5);
  });
});

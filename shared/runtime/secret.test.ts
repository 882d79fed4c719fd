import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CloudError } from "./errors.ts";
import { createLog } from "./log.ts";
import { Secret } from "./secret.ts";

const secret = new Secret("eyJ.hbG.ciO");

/** What Lambda's and the Function App's consoles would write of it. */
function written(write: (console: Console) => void): string {
  const stream = new PassThrough();
  write(new Console(stream));
  return String(stream.read());
}

const failed = new CloudError({
  ...{ provider: "azure", operation: "SetSecret", target: "poll-key", code: "Forbidden", retryable: false },
  cause: Object.assign(new Error(`with ${secret}`), { request: { body: { value: secret } } }),
});

describe("Secret", () => {
  it("gives its value to whoever unwraps it", () => {
    expect(secret.unwrap()).toBe("eyJ.hbG.ciO");
  });

  it.each([
    ["a text", `${secret}`],
    ["a sum of texts", `a${String(secret)}`],
    ["a list that is joined", [secret, secret].join()],
    ["JSON", JSON.stringify({ secret })],
    ["JSON of a list, with indentation", JSON.stringify([[secret]], null, 2)],
    ["what util.inspect shows", inspect({ secret }, { depth: 9, showHidden: true })],
    ["what it shows by itself, with getters", inspect(secret, { getters: true, showHidden: true })],
    ["what it shows of maps and sets", inspect(new Map([[secret, new Set([secret])]]), { showHidden: true })],
    ["what util.format makes of it", format("%s %o %O %j", secret, secret, secret, secret)],
    ["the text of an error", String(new Error(`with ${secret}`))],
    ["the stack of an error", new Error(`with ${secret}`).stack ?? ""],
    ["an error and its causes", inspect(failed, { depth: 9, showHidden: true })],
    ["an error of several", inspect(new AggregateError([secret, new Error("x", { cause: secret })]))],
    ["the console", written((console) => console.log(secret, { secret }, `${secret}`))],
    ["a table on the console", written((console) => console.table([{ secret }]))],
  ])("prints as [redacted] in %s", (_name, printed) => {
    expect(printed).toContain("[redacted]");
    expect(printed).not.toContain("hbG");
  });

  it("shows nothing where its own printing is not asked for", () => {
    const printed = written((console) => console.dir({ secret }, { depth: 9, showHidden: true }));
    expect(printed).toContain("Secret");
    expect(printed).not.toContain("hbG");
  });

  it("prints as [redacted] in a log's record, also deep within and in what is bound", () => {
    const printed: string[] = [];
    const sink = (_level: unknown, record: object) => printed.push(JSON.stringify(record), inspect(record));
    createLog(sink, { bound: secret }).info("key.set", { key: secret, keys: [{ of: { one: secret } }] });
    expect(printed).toHaveLength(2);
    for (const text of printed) {
      expect(text).toContain("[redacted]");
      expect(text).not.toContain("hbG");
    }
  });

  it("has no field that could be copied", () => {
    expect(Object.keys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(structuredClone(secret)).toEqual({});
  });
});

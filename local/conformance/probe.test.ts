import { describe, expect, it } from "vitest";
import * as z from "zod";
import { bytes, plain, Refused, withBytes } from "./call.ts";
import { ask, canonical, type Ground, refusalOf } from "./probe.ts";

const never = () => Promise.reject(new Error("not asked"));
const ground: Ground = {
  call: never,
  authority: never,
  secret: never,
  table: never,
  logGroup: never,
  securityGroup: never,
  fits: never,
};
const asked = (run: () => Promise<unknown>) => ask({ name: "x", run }, ground);

describe("ask", () => {
  it("answers in JSON with sorted members", async () => {
    const run = () => Promise.resolve({ b: 1, a: [{ d: 1, c: undefined }] });
    expect(await asked(run)).toEqual({ kind: "answer", text: '{"a":[{"d":1}],"b":1}' });
  });

  it("takes a refusal for an answer, by its code and status", async () => {
    const refusal = { kind: "answer", text: "refused NotFound 400" };
    expect(await asked(() => Promise.reject(new Refused("NotFound", 400)))).toEqual(refusal);
  });

  it("takes a 5xx for one answer, whatever its code", async () => {
    const broke = { kind: "answer", text: "error 500" };
    expect(await asked(() => Promise.reject(new Refused("SyntaxError", 500)))).toEqual(broke);
  });

  it("names where an answer is not in form", async () => {
    const run = () => Promise.resolve().then(() => z.object({ Id: z.string() }).parse({}));
    expect(await asked(run)).toEqual({ kind: "answer", text: "not in form: Id" });
  });

  it("takes nothing else for an answer", async () => {
    const broken = { kind: "broken", reason: "Error: not asked" };
    expect(await asked(never)).toEqual(broken);
    expect(await ask({ name: "x", refuses: never }, ground)).toEqual(broken);
  });

  it("drops what an expected refusal answered instead", async () => {
    const refuses = () => Promise.resolve({ requestId: "differs" });
    expect(await ask({ name: "x", refuses }, ground)).toEqual({ kind: "answer", text: "answered" });
  });
});

describe("refusalOf", () => {
  it("tells a refusal, an answer, and passes on what is neither", async () => {
    expect(await refusalOf(Promise.reject(new Refused("Busy", undefined)))).toBe("refused Busy ?");
    expect(await refusalOf(Promise.resolve({}))).toBe("answered");
    await expect(refusalOf(never())).rejects.toThrow("not asked");
  });
});

describe("plain JSON of a call", () => {
  it("carries bytes and instants both ways", () => {
    const input = { Csr: bytes("pem"), list: [bytes("a")], zero: 0, none: null };
    expect(plain(withBytes(input))).toEqual(input);
    expect(plain({ at: new Date(0) })).toEqual({ at: "1970-01-01T00:00:00.000Z" });
  });

  it("is the same text whatever the order of members", () => {
    expect(canonical({ a: { c: 1, b: 2 } })).toBe(canonical({ a: { b: 2, c: 1 } }));
  });
});

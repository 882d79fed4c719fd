import { createPublicKey, createVerify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyFrom, privateKeyOf, signWith, withLength } from "./p256.ts";

const DATA = Buffer.from("what is signed");

describe("keyFrom", () => {
  it("gives one key pair for one seed, and another for another", () => {
    expect(keyFrom("a")).toEqual(keyFrom("a"));
    expect(keyFrom("a").scalar).not.toBe(keyFrom("b").scalar);
    expect(keyFrom("a").point).toHaveLength(65);
  });
});

describe("signWith", () => {
  it("gives a signature that OpenSSL accepts, for many keys and so for values of each length", () => {
    const verified = Array.from({ length: 100 }, (_, index) => {
      const key = keyFrom(`key ${index}`);
      const publicKey = createPublicKey(privateKeyOf(key));
      return createVerify("sha256").update(DATA).verify(publicKey, signWith(key, DATA));
    });
    expect(verified).toEqual(verified.map(() => true));
  });

  it("gives the same signature each time, and another for other data", () => {
    const key = keyFrom("a");
    expect(signWith(key, DATA)).toEqual(signWith(key, DATA));
    expect(signWith(key, DATA)).not.toEqual(signWith(key, Buffer.from("something else")));
  });
});

describe("withLength", () => {
  it("writes a length of DER in one byte, in two, or in three", () => {
    const headOf = (length: number) => withLength(Buffer.alloc(length)).subarray(0, 3).toString("hex");
    expect([127, 128, 255, 256].map(headOf)).toEqual(["7f0000", "818000", "81ff00", "820100"]);
  });
});

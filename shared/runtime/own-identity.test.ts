import { UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { ownIdentities } from "./own-identity.ts";

const credential = (answer: () => string | null) => ({
  getToken: async () => {
    const token = answer();
    return token === null ? null : { token, expiresOnTimestamp: 0 };
  },
});
const jwt = (claims: Record<string, unknown>) => new UnsecuredJWT(claims).encode();

describe("ownIdentities", () => {
  it("are what the function's own token says", async () => {
    const oid = "0a000000-0000-4000-8000-00000000000a";
    expect(await ownIdentities(credential(() => jwt({ oid })))()).toEqual([oid]);
  });

  it.each<[string, () => string | null]>([
    ["a token without an object id", () => jwt({ sub: "x" })],
    ["an object id of another kind", () => jwt({ oid: 7 })],
    ["no token", () => null],
    ["something else than a token", () => "x"],
    [
      "a failing credential",
      () => {
        throw new Error("the endpoint of the identity does not answer");
      },
    ],
  ])("are unknown with %s", async (_what, answer) => {
    expect(await ownIdentities(credential(answer))()).toEqual([]);
  });
});

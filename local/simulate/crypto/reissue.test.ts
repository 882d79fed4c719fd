import { createPublicKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { makeHierarchy } from "../../model/authority.ts";
import { keyFrom, privateKeyOf } from "./p256.ts";
import { reissue } from "./reissue.ts";

const START = 1_795_248_000;

describe("reissue", () => {
  let template: Uint8Array;
  beforeAll(async () => {
    template = (await makeHierarchy(START, START + 86_400)).root.der;
  });

  it("replaces bytes of a certificate and signs the rest anew", () => {
    const serial = Buffer.from(new X509Certificate(template).serialNumber, "hex");
    const other = Buffer.alloc(serial.length, 0x11);
    const signer = keyFrom("the signer");
    const made = new X509Certificate(reissue(template, [[serial, other]], signer));
    expect(made.serialNumber).toBe(other.toString("hex"));
    expect(made.verify(createPublicKey(privateKeyOf(signer)))).toBe(true);
    expect(made.verify(createPublicKey(privateKeyOf(keyFrom("another"))))).toBe(false);
  });

  it("refuses what is of another length, or is not there", () => {
    const signer = keyFrom("the signer");
    expect(() => reissue(template, [[Buffer.from("ab"), Buffer.from("abc")]], signer)).toThrow(
      "another length",
    );
    expect(() =>
      reissue(template, [[Buffer.from("not in there"), Buffer.from("nor in there")]], signer),
    ).toThrow("is not there");
  });
});

import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certify, makeCa } from "../testing/certificates.ts";
import { checkClient } from "./client-check.ts";

async function certificate(options: { serial?: string; notAfter?: Date } = {}) {
  const ca = await makeCa();
  const { publicKey } = ca.keys;
  const name = { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] as const };
  const issued = await certify(ca, { ...name, publicKey, ...options });
  return { serial: issued.serial, certificate: new X509Certificate(issued.certificatePem) };
}

const check = (
  client: { certificate: X509Certificate; chainError?: string; issuerTrusted?: boolean },
  nowMs = Date.now(),
) =>
  checkClient(
    { chainError: undefined, issuerTrusted: true, revoked: new Set(), ...client },
    ["fox.example", "bunny.example"],
    nowMs,
  );

describe("checkClient", () => {
  it("accepts a client by any of the names, and tells how long", async () => {
    const notAfter = new Date(1_800_000_000_000);
    const { serial, certificate: client } = await certificate({ notAfter });

    expect(check({ certificate: client })).toEqual({
      ...{ kind: "accepted", serial, identity: "bunny.example", notAfterMs: notAfter.getTime() },
    });
  });

  it("refuses a serial that is none by RFC 5280, and does not repeat it", async () => {
    const { certificate: client } = await certificate({ serial: `01${"00".repeat(20)}` });

    expect(check({ certificate: client })).toEqual({
      kind: "refused",
      reason: "malformed",
      serial: undefined,
    });
  });

  it("calls whatever else OpenSSL says of a chain invalid", async () => {
    const { serial, certificate: client } = await certificate();

    for (const chainError of ["CERT_CHAIN_TOO_LONG", "CERT_REVOKED", "UNSPECIFIED"]) {
      expect(check({ certificate: client, chainError })).toEqual({
        kind: "refused",
        reason: "invalid-chain",
        serial,
      });
    }
  });

  it("holds the dates to the clock that it is given", async () => {
    const notAfter = new Date(1_800_000_000_000);
    const { certificate: client } = await certificate({ notAfter });

    const at = (nowMs: number) => check({ certificate: client }, nowMs);
    expect(at(notAfter.getTime())).toMatchObject({ kind: "accepted" });
    expect(at(notAfter.getTime() + 1)).toMatchObject({ kind: "refused", reason: "expired" });
    expect(at(client.validFromDate.getTime() - 1)).toMatchObject({
      kind: "refused",
      reason: "not-yet-valid",
    });
  });
});

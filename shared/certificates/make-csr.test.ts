import { createPrivateKey, createPublicKey } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { readCsr, readCsrPublicKey } from "./csr.ts";
import { makeCsr } from "./make-csr.ts";
import { checkCsr } from "./match.ts";
import type { KeyKind } from "./schema.ts";

const identity = {
  commonName: "relay.example.com",
  organization: "Example",
  dnsNames: ["a.example.com", "relay.example.com"],
};
const P256: KeyKind = { type: "EC", curve: "P-256" };

const anyText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .map((text) => text.normalize("NFC"));
const anyDnsName = fc.domain().map((name) => name.toLowerCase());
const anyIdentity = fc.record(
  {
    commonName: anyText,
    organization: anyText,
    dnsNames: fc.uniqueArray(anyDnsName, { maxLength: 5 }).map((names) => names.toSorted()),
  },
  { requiredKeys: ["commonName", "dnsNames"] },
);
const anyCurve = fc.constantFrom<KeyKind[]>(P256, { type: "EC", curve: "P-384" });

describe("makeCsr", () => {
  it("asks for exactly the identity, key and purpose, and for nothing else, whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyIdentity,
        anyCurve,
        fc.constantFrom("client" as const, "server" as const),
        async (wanted, key, purpose) => {
          const { csr } = await makeCsr({ identity: wanted, key, purpose });
          const { digest: _, ...facts } = readCsr(csr, purpose);
          expect(facts).toEqual({ identity: wanted, key, extras: [], signatureValid: true });
        },
      ),
      runs(4),
    );
  });

  it.each<KeyKind>([
    P256,
    { type: "EC", curve: "P-384" },
    { type: "RSA", size: 2048 },
    { type: "RSA", size: 3072 },
    { type: "RSA", size: 4096 },
  ])("makes a CSR that may be signed, and the private key to it: %o", async (key) => {
    const { csr, privateKey } = await makeCsr({ identity, key, purpose: "server" });
    expect(checkCsr(readCsr(csr, "server"), { identity, key })).toEqual([]);
    const own = createPublicKey(createPrivateKey(privateKey.unwrap()));
    expect(own.export({ type: "spki", format: "der" }).equals(readCsrPublicKey(csr))).toBe(true);
  });

  it("asks for a server's usage when a client's is wanted by nobody, and the other way round", async () => {
    const server = await makeCsr({ identity, key: P256, purpose: "server" });
    expect(readCsr(server.csr, "client").extras).toEqual(["extended key usage 1.3.6.1.5.5.7.3.1"]);
    const client = await makeCsr({ identity, key: P256, purpose: "client" });
    expect(readCsr(client.csr, "server").extras).toEqual(["extended key usage 1.3.6.1.5.5.7.3.2"]);
  });

  it("makes another key each time", async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => makeCsr({ identity, key: P256, purpose: "server" })),
    );
    expect(one?.privateKey.unwrap()).not.toBe(other?.privateKey.unwrap());
  });

  it("gives a private key that no log can show", async () => {
    const made = await makeCsr({ identity, key: P256, purpose: "server" });
    for (const shown of [JSON.stringify(made), inspect(made), String(made.privateKey)]) {
      expect(shown).toContain("[redacted]");
      expect(shown).not.toMatch(/PRIVATE KEY|MI[GH]/);
    }
  });
});

import "reflect-metadata";
import { generateKeyPairSync, KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { type Ca, certify, issue, makeCa } from "../testing/certificates.ts";
import { makeLeaf, makeLeafKey } from "../testing/leaf.ts";
import { checkForServing } from "./server-certificate-check.ts";
import { loadTrustBundle, type ServerCertificate } from "./tls.ts";

const HOUR_MS = 3_600_000;
const RELAY = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };

const check = (certificate: ServerCertificate, ca: Ca, nowMs = Date.now()) =>
  checkForServing(
    certificate,
    { host: "relay.example", trustBundle: loadTrustBundle({ version: "v1", pem: ca.certificatePem }) },
    nowMs,
  );

const ofServer = { ...RELAY, key: await makeLeafKey("P-256") };

/** Whoever holds a leaf can sign with its key; nothing in this one says that it may not. */
async function leafAsCa(ca: Ca): Promise<Ca> {
  const der = Buffer.from(await makeLeaf(ca, ofServer));
  const certificate = new x509.X509Certificate(der);
  const certificatePem = `${certificate.toString("pem")}\n`;
  return { certificatePem, der, certificate, keys: ofServer.key.pair, intermediatesPem: certificatePem };
}

async function caAsServer(ca: Ca): Promise<ServerCertificate> {
  const der = await makeLeaf(ca, { ...ofServer, isCa: true });
  const privateKey = KeyObject.from(ofServer.key.pair.privateKey);
  return {
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    chainPem: new x509.X509Certificate(Uint8Array.from(der)).toString("pem"),
  };
}

describe("checkForServing", () => {
  it("takes a certificate that relay's callers will take, and tells its serial", async () => {
    const ca = await makeCa();
    const issued = await issue(ca, RELAY);
    expect(check(issued, ca)).toEqual({ kind: "usable", serial: issued.serial });
  });

  it("takes a chain with the CA in it, and one that leads there by an intermediate", async () => {
    const root = await makeCa({ commonName: "Root" });
    const whole = await issue(root, RELAY);
    expect(check({ ...whole, chainPem: whole.chainPem + root.certificatePem }, root).kind).toBe("usable");
    const below = await issue(await makeCa({ commonName: "Below", parent: root }), RELAY);
    expect(check(below, root).kind).toBe("usable");
  });

  const leaf = (options: Partial<Parameters<typeof issue>[1]>) => (ca: Ca) =>
    issue(ca, { ...RELAY, ...options });
  const at = (fromMs: number, toMs: number) => ({
    notBefore: new Date(Date.now() + fromMs),
    notAfter: new Date(Date.now() + toMs),
  });
  const faulty: Record<string, readonly [string, (ca: Ca) => Promise<ServerCertificate>]> = {
    "a text that is none": ["malformed", async (ca) => ({ ...(await issue(ca, RELAY)), chainPem: "none" })],
    "a leaf that is cut off": [
      "malformed",
      async (ca) => {
        const issued = await issue(ca, RELAY);
        const cut = issued.chainPem.replace(/[\w+/=\s]{80}(?=-----END)/, "\n");
        return { ...issued, chainPem: cut };
      },
    ],
    "a key that cannot be read": [
      "malformed",
      async (ca) => ({ ...(await issue(ca, RELAY)), privateKeyPem: "none" }),
    ],
    "a serial that is none": [
      "malformed",
      async (ca) => {
        const { privateKeyPem } = await issue(ca, RELAY);
        const issued = await certify(ca, {
          ...RELAY,
          publicKey: ca.keys.publicKey,
          serial: `01${"00".repeat(20)}`,
        });
        return { ...issued, privateKeyPem };
      },
    ],
    "another's key": [
      "other-key",
      async (ca) => ({ ...(await issue(ca, RELAY)), privateKeyPem: (await issue(ca, RELAY)).privateKeyPem }),
    ],
    "another CA of the same name": ["unknown-ca", async () => issue(await makeCa(), RELAY)],
    "an intermediate of another CA": [
      "unknown-ca",
      async () => issue(await makeCa({ commonName: "Below", parent: await makeCa() }), RELAY),
    ],
    "an intermediate that is left out": [
      "unknown-ca",
      async (ca) => {
        const issued = await issue(await makeCa({ commonName: "Below", parent: ca }), RELAY);
        return { ...issued, chainPem: issued.certificatePem };
      },
    ],
    "an intermediate that has ended": [
      "invalid-chain",
      async (ca) =>
        issue(await makeCa({ commonName: "Below", parent: ca, ...at(-2 * HOUR_MS, -HOUR_MS) }), RELAY),
    ],
    "an intermediate that is no CA": ["unknown-ca", async (ca) => issue(await leafAsCa(ca), RELAY)],
    "a CA's own certificate": ["wrong-purpose", caAsServer],
    "a client's purpose": ["wrong-purpose", leaf({ usages: ["clientAuth"] })],
    "no purpose": ["wrong-purpose", leaf({ usages: [] })],
    "another host": ["other-identity", leaf({ dnsNames: ["fox.example"] })],
    "the host in its common name only": [
      "other-identity",
      leaf({ commonName: "relay.example", dnsNames: [] }),
    ],
    "a beginning still to come": ["not-yet-valid", leaf(at(HOUR_MS, 2 * HOUR_MS))],
    "an end that is past": ["expired", leaf(at(-2 * HOUR_MS, -HOUR_MS))],
  };
  it.each(Object.keys(faulty))("refuses one with %s", async (what) => {
    const ca = await makeCa();
    const [reason, make] = faulty[what] ?? [];
    if (make === undefined) throw new Error("the table has every fault");
    expect(check(await make(ca), ca)).toMatchObject({ kind: "unusable", reason });
  });

  it("refuses what OpenSSL would not serve", async () => {
    const ca = await makeCa();
    // Below the 2,048 bits of OpenSSL's default security level.
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1_024 });
    const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const der = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
    const spki = await webcrypto.subtle.importKey("spki", der, rsa, true, ["verify"]);
    const issued = await certify(ca, { ...RELAY, publicKey: spki });
    const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(check({ ...issued, privateKeyPem }, ca)).toEqual({
      ...{ kind: "unusable", reason: "refused-by-openssl", serial: issued.serial },
    });
  });

  it("holds the dates to the clock that it is given, to the second of its end", async () => {
    const ca = await makeCa({ notAfter: new Date(2_000_000_000_000) });
    const notAfter = new Date(1_900_000_000_000);
    const issued = await issue(ca, { ...RELAY, notAfter });
    expect(check(issued, ca, notAfter.getTime()).kind).toBe("usable");
    expect(check(issued, ca, notAfter.getTime() + 1)).toMatchObject({ reason: "expired" });
  });
});

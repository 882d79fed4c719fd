import { createPrivateKey, createPublicKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { readCsr, readCsrPublicKey } from "../../../shared/certificates/csr.ts";
import { relayCertificates } from "../../../shared/certificates/desired.ts";
import { checkCsr } from "../../../shared/certificates/match.ts";
import { csrFromPem } from "../../../shared/certificates/pem.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { parseVersion } from "../../../shared/certificates/stored-version.ts";
import { parseLink } from "../../../shared/link/load.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import { type Ca, certify, makeCa, publicKeyOf } from "../../testing/certificates.ts";
import { minimalLink } from "../../testing/links.ts";
import { actOnRelay, type RelayAct } from "./relay-acts.ts";
import { type MemoryFiles, memoryFiles } from "./test-files.ts";

const NOW = Math.floor(Date.now() / 1_000);
const HOUR = 3_600;
const at = (seconds: number) => new Date((NOW + seconds) * 1_000);
const READER = "arn:aws:iam::123456789012:role/relay";

let desired: DesiredCertificate;
let ca: Ca;
let other: Ca;
/** With a key and a CSR in it. */
let made: Readonly<Record<string, string>>;

beforeAll(async () => {
  const relay = { ...minimalLink.relay, certificate: { readers: [READER] } };
  const [first] = relayCertificates(parseLink({ ...minimalLink, relay }));
  if (first === undefined) throw new Error("the link has a certificate");
  desired = first;
  const years = { notBefore: at(-HOUR), notAfter: at(10_000 * HOUR) };
  [ca, other] = await Promise.all([
    makeCa({ ...years, commonName: "CA" }),
    makeCa({ ...years, commonName: "Other" }),
  ]);
  made = await request();
});

const act = (name: RelayAct, folder: MemoryFiles) =>
  actOnRelay(
    name,
    { desired, secretName: "warrener-prod-relay-certificate", logGroup: "/example/relay" },
    folder,
    {
      now: NOW,
      timeZone: "UTC",
    },
  );

async function request(): Promise<Readonly<Record<string, string>>> {
  const folder = memoryFiles();
  await act("make-csr", folder);
  return Object.fromEntries(folder.files);
}

const leaf = (
  changes: {
    issuer?: Ca;
    usages?: ("serverAuth" | "clientAuth")[];
    notAfter?: Date;
    commonName?: string;
  } = {},
) =>
  certify(changes.issuer ?? ca, {
    commonName: changes.commonName ?? desired.identity.commonName,
    dnsNames: desired.identity.dnsNames,
    publicKey: publicKeyOf(csrFromPem(made["csr.pem"] ?? "")),
    usages: changes.usages ?? ["serverAuth"],
    notBefore: at(-HOUR),
    notAfter: changes.notAfter ?? at(24 * HOUR),
  });

describe("make-csr", () => {
  it("makes a key, and a CSR for it that asks for what the link does", async () => {
    const facts = readCsr(csrFromPem(made["csr.pem"] ?? ""), "server");
    expect(checkCsr(facts, desired)).toEqual([]);
    const key = createPublicKey(createPrivateKey(made["key.pem"] ?? ""));
    const spki = key.export({ type: "spki", format: "der" });
    expect(spki.equals(readCsrPublicKey(csrFromPem(made["csr.pem"] ?? "")))).toBe(true);
  });

  it("says where the key is, and never what it is", async () => {
    const folder = memoryFiles();
    const { lines, json } = await act("make-csr", folder);
    expect(lines.join()).toMatch(/^A new key for relay\.example\.com is in folder\/key\.pem, for you alone/);
    expect(JSON.stringify([lines, json])).not.toMatch(/PRIVATE|BEGIN/);
  });

  it("never replaces a key, for which a certificate may have been signed", async () => {
    const folder = memoryFiles({ "key.pem": "first" });
    await expect(act("make-csr", folder)).rejects.toThrow("folder/key.pem is there already");
    expect([...folder.files]).toEqual([["key.pem", "first"]]);
  });
});

describe("check-chain", () => {
  const folderWith = (chain: readonly string[], changes: Readonly<Record<string, string>> = {}) =>
    memoryFiles({
      ...made,
      ...{ "value.json": "earlier", "ca.pem": `${ca.certificatePem}\nNone\n` },
      "chain.pem": `${chain.join("\n")}\n`,
      ...changes,
    });

  it("makes the secret's value, as relay and Warrener read it, with the key and the chain", async () => {
    const issued = await leaf();
    const folder = folderWith([issued.certificatePem, ca.certificatePem]);
    const { lines, json } = await act("check-chain", folder);
    const stored = parseVersion(new Secret(folder.files.get("value.json") ?? ""));
    expect(stored).toMatchObject({ kind: "certificate", chain: [issued.der, ca.der] });
    expect(stored?.privateKey.unwrap()).toBe(made["key.pem"]);
    expect(folder.files.get("serial")).toBe(`${issued.serial}\n`);
    expect(lines.join()).toContain(`has the serial ${issued.serial} and ends`);
    expect(JSON.stringify([lines, json])).not.toMatch(/PRIVATE|BEGIN/);
  });

  it.each<[string, Parameters<typeof leaf>[0], string]>([
    ["for TLS clients", { usages: ["clientAuth"] }, "the leaf is not for TLS servers and nothing else"],
    ["for servers and clients", { usages: ["serverAuth", "clientAuth"] }, "not for TLS servers"],
    ["for another name", { commonName: "fox.example.com" }, "subject or names are not the link's"],
    ["that has ended", { notAfter: at(-60) }, "the leaf has ended"],
    [
      "that lives longer than the link says",
      { notAfter: at(2_000 * HOUR) },
      "lives longer than the link allows",
    ],
  ])("refuses one %s, and takes an earlier value away", async (_case, changes, words) => {
    const issued = await leaf(changes);
    const folder = folderWith([issued.certificatePem, ca.certificatePem]);
    await expect(act("check-chain", folder)).rejects.toThrow(words);
    expect(folder.files.has("value.json")).toBe(false);
  });

  it("refuses the chain of another CA", async () => {
    const issued = await leaf({ issuer: other });
    const folder = folderWith([issued.certificatePem, other.certificatePem]);
    await expect(act("check-chain", folder)).rejects.toThrow(/not for relay-server.*none of the 1 chains/);
  });

  it("refuses one for the key of another CSR", async () => {
    const issued = await leaf();
    const { "csr.pem": csr = "" } = await request();
    const folder = folderWith([issued.certificatePem, ca.certificatePem], { "csr.pem": csr });
    await expect(act("check-chain", folder)).rejects.toThrow("not the waiting request's");
  });

  it("refuses a key that is not the certificate's, says none of it, and makes no value", async () => {
    const issued = await leaf();
    const { "key.pem": key = "" } = await request();
    for (const wrong of [key, "hunter2"]) {
      const folder = folderWith([issued.certificatePem, ca.certificatePem], { "key.pem": wrong });
      const refused = await act("check-chain", folder).catch((error: Error) => error);
      expect(String(refused)).toMatch(/folder\/key\.pem is not the key of this certificate/);
      expect(String(refused)).not.toMatch(/hunter2|PRIVATE/);
      expect(folder.files.has("value.json")).toBe(false);
    }
  });

  it.each(["key.pem", "csr.pem", "chain.pem", "ca.pem"])(
    "says what to do when %s is missing",
    async (name) => {
      const issued = await leaf();
      const folder = folderWith([issued.certificatePem, ca.certificatePem], { [name]: "" });
      await expect(act("check-chain", folder)).rejects.toThrow(`folder/${name} is missing or empty`);
    },
  );
});

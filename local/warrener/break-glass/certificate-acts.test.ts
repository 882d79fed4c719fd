import { beforeAll, describe, expect, it } from "vitest";
import { bunnyCertificates } from "../../../shared/certificates/desired.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { parseLink } from "../../../shared/link/load.ts";
import { type Ca, type Csr, certify, makeCa, makeCsr, publicKeyOf } from "../../testing/certificates.ts";
import { minimalLink } from "../../testing/links.ts";
import { actOnCertificate, type CertificateAct } from "./certificate-acts.ts";
import { type MemoryFiles, memoryFiles } from "./test-files.ts";

const NOW = Math.floor(Date.now() / 1_000);
const HOUR = 3_600;
const at = (seconds: number) => new Date((NOW + seconds) * 1_000);

let desired: DesiredCertificate;
let ca: Ca;
let other: Ca;
let csr: Csr;

beforeAll(async () => {
  const [first] = bunnyCertificates(parseLink(minimalLink));
  if (first === undefined) throw new Error("the link has a certificate");
  desired = first;
  const years = { notBefore: at(-HOUR), notAfter: at(10_000 * HOUR) };
  [ca, other] = await Promise.all([
    makeCa({ ...years, commonName: "CA" }),
    makeCa({ ...years, commonName: "Other" }),
  ]);
  csr = await makeCsr({ commonName: "bunny.example.com" });
});

const act = (name: CertificateAct, folder: MemoryFiles) =>
  actOnCertificate(name, desired, folder, { now: NOW, timeZone: "UTC" });
const base64 = ({ der }: Pick<Csr, "der">) => `${der.toString("base64")}\n`;
const leaf = (issuer = ca, request = csr, notAfter = at(24 * HOUR)) =>
  certify(issuer, {
    ...{ commonName: "bunny.example.com", publicKey: publicKeyOf(request.der) },
    ...{ usages: ["clientAuth"], notBefore: at(-HOUR), notAfter },
  });

describe("policy", () => {
  it("writes what the vault is asked for: a key that is made anew and can be mounted, by no issuer", async () => {
    const folder = memoryFiles();
    await act("policy", folder);
    expect(JSON.parse(folder.files.get("create.json") ?? "")).toMatchObject({
      policy: {
        issuer: { name: "Unknown" },
        key_props: { exportable: true, reuse_key: false, kty: "EC", crv: "P-256" },
        secret_props: { contentType: "application/x-pem-file" },
        x509_props: { subject: "CN=bunny.example.com" },
      },
    });
  });
});

describe("check-csr", () => {
  it("makes a CSR ready to be signed that asks for what the link does", async () => {
    const folder = memoryFiles({ "csr.b64": base64(csr) });
    const { lines } = await act("check-csr", folder);
    expect(folder.files.get("csr.pem")).toBe(csr.pem.endsWith("\n") ? csr.pem : `${csr.pem}\n`);
    expect(lines.join()).toMatch(/^It asks for bunny\.example\.com as the link does/);
  });

  it.each([
    ["another name", { commonName: "fox.example.com" }, "another subject than the link's"],
    ["more names", { commonName: "bunny.example.com", dnsNames: ["fox.example.com"] }, "other DNS names"],
  ])("refuses one that asks for %s, and takes an earlier one away", async (_case, subject, words) => {
    const asked = await makeCsr(subject);
    const folder = memoryFiles({ "csr.b64": base64(asked), "csr.pem": "earlier" });
    await expect(act("check-csr", folder)).rejects.toThrow(words);
    expect(folder.files.has("csr.pem")).toBe(false);
  });

  it.each([
    ["is missing", {}, "csr.b64 is missing or empty"],
    ["is empty, as when the vault answered nothing", { "csr.b64": "\n" }, "csr.b64 is missing or empty"],
    ["is no CSR", { "csr.b64": "None\n" }, "csr.b64 cannot be read"],
    ["is cut off", { "csr.b64": "MIIB!" }, "csr.b64 cannot be read: it is not base64"],
  ])("says what to do about one that %s", async (_case, content, words) => {
    await expect(act("check-csr", memoryFiles(content))).rejects.toThrow(words);
  });
});

describe("check-chain", () => {
  const folderWith = async (chain: readonly string[], pinned = [ca.certificatePem], request = csr) =>
    memoryFiles({
      ...{ "csr.pem": request.pem, "merge.json": "earlier", "ca.pem": `${pinned.join("\n")}\nNone\n` },
      "chain.pem": `${chain.join("\n")}\n`,
    });

  it("makes a chain ready to be merged that the hand would merge, and the pattern of its use", async () => {
    const issued = await leaf();
    const folder = await folderWith([issued.certificatePem, ca.certificatePem]);
    const { lines } = await act("check-chain", folder);
    const x5c = [issued.der, ca.der].map((der) => der.toString("base64"));
    expect(JSON.parse(folder.files.get("merge.json") ?? "")).toEqual({ x5c });
    expect(lines.join()).toContain(`has the serial ${issued.serial} and ends`);
    expect(folder.files.get("pattern")).toContain(`$.clientCertificateSerial = "${issued.serial}"`);
  });

  it("refuses the chain of another CA, and takes an earlier one away", async () => {
    const issued = await leaf(other);
    const folder = await folderWith([issued.certificatePem, other.certificatePem]);
    await expect(act("check-chain", folder)).rejects.toThrow(
      /not for bunny-client.*none of the 1 chains pinned/,
    );
    expect(folder.files.has("merge.json")).toBe(false);
  });

  it("refuses a leaf for another key than the CSR's, and one that has ended", async () => {
    const request = await makeCsr({ commonName: "bunny.example.com" });
    const stranger = await leaf(ca, request);
    const strange = await folderWith([stranger.certificatePem, ca.certificatePem]);
    await expect(act("check-chain", strange)).rejects.toThrow("not the waiting request's");
    const ended = await leaf(ca, csr, at(-60));
    const late = await folderWith([ended.certificatePem, ca.certificatePem]);
    await expect(act("check-chain", late)).rejects.toThrow("the leaf has ended");
  });

  it("says which step to do again where a file holds no certificate, or half of one", async () => {
    const issued = await leaf();
    const noCa = await folderWith([issued.certificatePem, ca.certificatePem], []);
    await expect(act("check-chain", noCa)).rejects.toThrow("folder/ca.pem holds no certificate");
    const half = await folderWith([issued.certificatePem.slice(0, 200)]);
    await expect(act("check-chain", half)).rejects.toThrow("folder/chain.pem cannot be read");
  });
});

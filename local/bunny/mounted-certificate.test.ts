import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { parseMounted, readMounted } from "./mounted-certificate.ts";

const BUNNY = { commonName: "bunny", usages: ["clientAuth"] as const };

describe("parseMounted", () => {
  it.each(["P-256", "RSA-2048"] as const)("reads a %s key, its leaf and its chain", async (algorithm) => {
    const middle = await makeCa({ commonName: "Middle", parent: await makeCa() });
    const issued = await issue(middle, { ...BUNNY, algorithm });

    expect(parseMounted(issued.secretPem)).toMatchObject({
      kind: "read",
      certificate: {
        privateKeyPem: issued.privateKeyPem,
        chainPem: issued.chainPem,
        serial: issued.serial,
      },
    });
  });

  it("finds the leaf whatever the order of the file is", async () => {
    const middle = await makeCa({ commonName: "Middle", parent: await makeCa() });
    const issued = await issue(middle, BUNNY);
    const upsideDown = middle.intermediatesPem + issued.certificatePem + issued.privateKeyPem;

    expect(parseMounted(upsideDown)).toMatchObject({
      certificate: { chainPem: issued.chainPem, serial: issued.serial },
    });
  });

  it("says why a file cannot be used", async () => {
    const ca = await makeCa();
    const [one, two] = await Promise.all([issue(ca, BUNNY), issue(ca, BUNNY)]);
    const brokenKey = one.privateKeyPem.replace(/\n.{10}/, "\nAAAAAAAAAA");

    const reasons = [
      "",
      one.chainPem,
      one.privateKeyPem,
      one.privateKeyPem + two.chainPem,
      one.secretPem + two.privateKeyPem,
      brokenKey + one.chainPem,
      one.privateKeyPem + one.chainPem.replace(/\n.{10}/, "\nAAAAAAAAAA"),
    ].map((text) => parseMounted(text));
    expect(reasons).toEqual([
      { kind: "unusable", reason: "no-private-key" },
      { kind: "unusable", reason: "no-private-key" },
      { kind: "unusable", reason: "no-certificate-for-the-key" },
      { kind: "unusable", reason: "no-certificate-for-the-key" },
      { kind: "unusable", reason: "several-private-keys" },
      { kind: "unusable", reason: "unreadable-private-key" },
      { kind: "unusable", reason: "unreadable-certificate" },
    ]);
  });
});

describe("readMounted", () => {
  it("tells a file that is not there from one that cannot be read", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mount-"));

    expect(await readMounted(join(directory, "bunny"))).toEqual({ kind: "unusable", reason: "no-file" });
    expect(await readMounted(directory)).toEqual({ kind: "unusable", reason: "unreadable-file" });
    await rm(directory, { recursive: true });
  });
});

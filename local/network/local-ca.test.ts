import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createLocalCa } from "./local-ca.ts";

describe("createLocalCa", () => {
  it("writes only its root certificate to a file, and removes it at the end", async () => {
    const ca = await createLocalCa();
    const file = readFileSync(ca.caFile, "utf8");
    expect(file).toBe(ca.caPem);
    expect(file).not.toContain("PRIVATE KEY");
    await ca.close();
    expect(existsSync(ca.caFile)).toBe(false);
  });

  it("is another CA in every run", async () => {
    const [one, two] = await Promise.all([createLocalCa(), createLocalCa()]);
    expect(one.caPem).not.toBe(two.caPem);
    await Promise.all([one.close(), two.close()]);
  });

  it("gives a host a certificate for exactly its name, once", async () => {
    const ca = await createLocalCa();
    const made = await ca.serverCertificate("a.example.test");
    const certificate = new X509Certificate(made.cert);
    expect(certificate.checkHost("a.example.test")).toBe("a.example.test");
    expect(certificate.checkHost("b.example.test")).toBeUndefined();
    expect(certificate.verify(new X509Certificate(ca.caPem).publicKey)).toBe(true);
    expect(await ca.serverCertificate("a.example.test")).toBe(made);
    await ca.close();
  });
});

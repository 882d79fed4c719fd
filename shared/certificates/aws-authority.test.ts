import { X509Certificate } from "node:crypto";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { afterEach, describe, expect, it } from "vitest";
import { arn, clientAuth, dayS, startCa } from "../../local/aws/acm-pca/test-ca.ts";
import { createModel } from "../../local/model/brain.ts";
import { makeCsr } from "../../local/testing/certificates.ts";
import { PACED_CLIENT_LIMITS } from "../runtime/aws-retries.ts";
import type { Authority, SigningRequest } from "./authority.ts";
import { privateCa } from "./aws-authority.ts";
import { readCertificate } from "./x509.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A CA with a clock of its own; signatures are checked by the real one. */
async function start(options: Parameters<typeof startCa>[0] = {}) {
  const time = { nowMs: Date.now() };
  const started = await startCa({ clock: () => time.nowMs, ...options });
  closing.push(started.server.close);
  return { ...started, time, authority: privateCa(started.sdk, arn, "client"), standIn: started.authority };
}

interface Opened {
  readonly authority: Authority;
  readonly now: () => number;
  readonly advance: (seconds: number) => void;
}

async function openAdapter(): Promise<Opened> {
  const { authority, time } = await start();
  return {
    authority,
    now: () => Math.floor(time.nowMs / 1000),
    advance: (seconds) => {
      time.nowMs += seconds * 1000;
    },
  };
}

async function openModel(): Promise<Opened> {
  const { authority, clock } = await createModel();
  return { authority, now: clock.now, advance: (seconds) => clock.advance(seconds) };
}

const identity = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["bunny.example.com"],
};

async function request(now: number, changes: Partial<SigningRequest> = {}): Promise<SigningRequest> {
  const { pem } = await makeCsr(identity);
  return {
    csr: pem,
    idempotencyToken: "a".repeat(32),
    notAfter: now + 6 * dayS,
    signingAlgorithm: "SHA256WITHECDSA",
    ...changes,
  };
}

async function chainOf(authority: Authority, certificateArn: string): Promise<readonly string[]> {
  const chain = await authority.read(certificateArn);
  if (typeof chain === "string") throw new Error(`the certificate is ${chain}`);
  return chain;
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over AWS Private CA's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("describes a CA that signs", async () => {
    const { authority, now } = await open();
    const ca = await authority.observe();
    expect(ca).toMatchObject({ active: true, signingAlgorithm: "SHA256WITHECDSA" });
    expect(ca.notAfter).toBeGreaterThan(now());
  });

  it("has a client's certificate signed for what the CSR says, up to the second that was asked for", async () => {
    const { authority, now } = await open();
    const wanted = await request(now());
    const chain = await chainOf(authority, await authority.issue(wanted));
    const certificates = chain.map((pem) => new X509Certificate(pem));
    const leaf = readCertificate(certificates[0]?.raw ?? new Uint8Array());
    expect(leaf).toMatchObject({
      identity,
      key: { type: "EC", curve: "P-256" },
      notAfter: wanted.notAfter,
      isCa: false,
      extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    });
    expect(leaf.notBefore).toBe(now() - 3_600);
  });

  it("says by which id the CA knows the call", async () => {
    const { authority, now } = await open();
    const noted: object[] = [];
    await authority.issue(await request(now()), (ids) => noted.push(ids));
    expect(noted).toEqual([{ "acm-pca": expect.stringMatching(/^[\w-]+$/) }]);
  });

  it("gives the chain leaf first, each signed by the next, up to the root", async () => {
    const { authority, now } = await open();
    const chain = await chainOf(authority, await authority.issue(await request(now())));
    const certificates = chain.map((pem) => new X509Certificate(pem));
    for (const [index, certificate] of certificates.entries()) {
      const issuer = certificates[index + 1] ?? certificate;
      expect(certificate.verify(issuer.publicKey)).toBe(true);
    }
    expect(certificates.length).toBeGreaterThan(1);
  });

  it("gives the same certificate for the same token within five minutes, and another one afterwards", async () => {
    const { authority, now, advance } = await open();
    const wanted = await request(now());
    const first = await authority.issue(wanted);
    advance(299);
    expect(await authority.issue(wanted)).toBe(first);
    advance(2);
    expect(await authority.issue(wanted)).not.toBe(first);
  });

  it("gives one certificate to two who ask at once", async () => {
    const { authority, now } = await open();
    const wanted = await request(now());
    const [one, other] = await Promise.all([authority.issue(wanted), authority.issue(wanted)]);
    expect(one).toBe(other);
  });

  it("names the certificate by its serial number in decimal", async () => {
    const { authority, now } = await open();
    const certificateArn = await authority.issue(await request(now()));
    const [leaf] = await chainOf(authority, certificateArn);
    const serial = BigInt(`0x${new X509Certificate(leaf ?? "").serialNumber}`);
    expect(certificateArn).toBe(`${authority.arn}/certificate/${serial}`);
  });

  it.each([
    ["an end after the CA's", (now: number) => ({ notAfter: now + 20 * 365 * dayS })],
    ["an end in the past", (now: number) => ({ notAfter: now - 1 })],
    ["an algorithm that the CA's key has not", () => ({ signingAlgorithm: "SHA256WITHRSA" as const })],
  ])("throws for %s", async (_case, changes) => {
    const { authority, now } = await open();
    const refused = authority.issue(await request(now(), changes(now())));
    await expect(refused).rejects.toMatchObject({ name: "CloudError", provider: "aws", retryable: false });
  });

  it("throws for a certificate that was never issued, rather than waiting for it", async () => {
    const { authority } = await open();
    await expect(authority.read(`${authority.arn}/certificate/12`)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });
});

describe("privateCa", () => {
  it("names the template of a TLS client in every request", async () => {
    const { authority, pca } = await start();
    await authority.issue(await request(Math.floor(Date.now() / 1000)));
    expect(pca.issued()).toMatchObject([{ templateArn: clientAuth }]);
  });

  it("describes a CA's mode, end and state as they are", async () => {
    const { authority, standIn } = await start({ ca: { usageMode: "SHORT_LIVED_CERTIFICATE" } });
    const notAfter = Math.floor(standIn.certificate.notAfter.getTime() / 1000);
    expect(await authority.observe()).toMatchObject({ active: true, shortLived: true, notAfter });
    standIn.disabled = true;
    expect(await authority.observe()).toMatchObject({ active: false });
  });

  const refuse = (code: string) => ({ kind: "refuse", status: 400, code, message: "text" }) as const;
  it.each([
    ["RequestInProgressException", "signing"],
    ["RequestFailedException", "failed"],
  ])("takes %s for an answer", async (code, answer) => {
    const { authority, kernel } = await start();
    const certificateArn = await authority.issue(await request(Math.floor(Date.now() / 1000)));
    const operation = "acm-pca:GetCertificate";
    kernel.faults.add({ operation, nth: 1, when: "before", effect: refuse(code) });
    expect(await authority.read(certificateArn)).toBe(answer);
    expect(await chainOf(authority, certificateArn)).toHaveLength(2);
  });

  it.each([
    ["DescribeCertificateAuthority", "ThrottlingException", true],
    ["IssueCertificate", "LimitExceededException", false],
    ["GetCertificate", "ThrottlingException", true],
  ])("throws the code of a %s that fails, and none of its text", async (name, code, retryable) => {
    const { authority, kernel } = await start();
    const operation = `acm-pca:${name}`;
    kernel.faults.add({ operation, nth: "every", when: "before", effect: refuse(code) });
    const calls = [
      () => authority.observe(),
      async () => await authority.issue(await request(Math.floor(Date.now() / 1000))),
      () => authority.read(`${arn}/certificate/12`),
    ];
    const results = await Promise.allSettled(calls.map((call) => call()));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(failures).toContainEqual(
      expect.objectContaining({
        operation: name,
        code,
        retryable,
        message: expect.not.stringContaining("text"),
      }),
    );
  });

  it("calls a signature throttled only when every attempt was, for one before may have been carried out", async () => {
    const { client, kernel, pca } = await start();
    const { maxAttempts: _, ...options } = client();
    const authority = privateCa(new ACMPCAClient({ ...options, ...PACED_CLIENT_LIMITS }), arn, "client");
    const operation = "acm-pca:IssueCertificate";
    const wanted = await request(Math.floor(Date.now() / 1000));
    const failure = { operation: "IssueCertificate", code: "ThrottlingException", retryable: true };
    const throttle = refuse("ThrottlingException");
    kernel.faults.add({ operation, nth: 1, when: "before", effect: throttle });
    await expect(authority.issue(wanted)).rejects.toMatchObject({ ...failure, throttled: true });
    expect(pca.issued()).toEqual([]);

    kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    kernel.faults.add({ operation, nth: 2, when: "before", effect: throttle });
    await expect(authority.issue(wanted)).rejects.toMatchObject({ ...failure, throttled: false });
    expect(pca.issued()).toHaveLength(1);
  });

  it("says that no answer came to a request that was carried out", async () => {
    const { authority, kernel, pca } = await start();
    const operation = "acm-pca:IssueCertificate";
    kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    const wanted = await request(Math.floor(Date.now() / 1000));
    await expect(authority.issue(wanted)).rejects.toMatchObject({ code: "unreachable", retryable: true });
    const certificateArn = await authority.issue(wanted);
    expect(pca.issued().map((issued) => issued.certificateArn)).toEqual([certificateArn]);
  });
});

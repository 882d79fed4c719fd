import "reflect-metadata";
import { createPublicKey, X509Certificate } from "node:crypto";
import { GetCertificateCommand } from "@aws-sdk/client-acm-pca";
import * as x509 from "@peculiar/x509";
import { afterEach, describe, expect, it } from "vitest";
import { makeCsr } from "../../testing/certificates.ts";
import type { AwsServer } from "../server.ts";
import { roleArn } from "../test-world.ts";
import { anyAuth, arn, clientAuth, dayS, request, serverAuth, startCa } from "./test-ca.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: Parameters<typeof startCa>[0] = {}) {
  const started = await startCa(options);
  running = started.server;
  return started;
}

describe("IssueCertificate", () => {
  it("issues a certificate that its chain verifies, for the CSR's key and names", async () => {
    const { sdk, pca } = await start();
    const csr = await makeCsr({ commonName: "bunny", dnsNames: ["bunny.link.example"] });
    const { CertificateArn } = await sdk.send(await request({ Csr: Buffer.from(csr.pem) }));
    const got = await sdk.send(new GetCertificateCommand({ CertificateAuthorityArn: arn, CertificateArn }));

    const leaf = new X509Certificate(got.Certificate ?? "");
    const root = new X509Certificate(got.CertificateChain ?? "");
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.publicKey.equals(createPublicKey(csr.privateKeyPem))).toBe(true);
    expect(leaf.subject).toBe("CN=bunny");
    expect(leaf.subjectAltName).toBe("DNS:bunny.link.example");
    expect(leaf.ca).toBe(false);
    expect(CertificateArn).toBe(`${arn}/certificate/${BigInt(`0x${leaf.serialNumber}`)}`);
    expect(pca.issued()).toMatchObject([{ certificateArn: CertificateArn, issuedTo: roleArn, calls: 1 }]);
  });

  it.each([
    [clientAuth, ["1.3.6.1.5.5.7.3.2"]],
    [serverAuth, ["1.3.6.1.5.5.7.3.1"]],
    [anyAuth, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]],
    [undefined, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]],
  ])("puts the usages of the template %s", async (TemplateArn, usages) => {
    const { sdk, pca } = await start();
    await sdk.send(
      TemplateArn === undefined ? await request({}, "left-out") : await request({ TemplateArn }),
    );

    expect(new X509Certificate(pca.issued()[0]?.certificatePem ?? "").keyUsage).toEqual(usages);
  });

  it("drops every other extension of the CSR and sets its own", async () => {
    const { sdk, pca, authority } = await start();
    const csr = await makeCsr({
      commonName: "bunny",
      dnsNames: ["bunny.link.example"],
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        new x509.CertificatePolicyExtension(["1.2.3.4"]),
      ],
    });
    await sdk.send(await request({ Csr: Buffer.from(csr.pem) }));

    const leaf = new x509.X509Certificate(pca.issued()[0]?.certificatePem ?? "");
    expect(leaf.extensions.map((extension) => [extension.type, extension.critical]).sort()).toEqual([
      ["2.5.29.14", false],
      ["2.5.29.15", true],
      ["2.5.29.17", false],
      ["2.5.29.19", false],
      ["2.5.29.35", false],
      ["2.5.29.37", false],
    ]);
    expect(leaf.getExtension(x509.BasicConstraintsExtension)?.ca).toBe(false);
    expect(leaf.getExtension(x509.KeyUsagesExtension)?.usages).toBe(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    );
    expect(leaf.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
      authority.certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    );
  });

  it("gives a 128-bit positive serial without a leading zero", async () => {
    const { sdk, pca } = await start();
    for (let n = 0; n < 5; n += 1) await sdk.send(await request());

    for (const { serial } of pca.issued()) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it("begins an hour before now unless told otherwise", async () => {
    const nowMs = Date.parse("2026-11-21T08:00:00.000Z");
    const { sdk, pca } = await start({ clock: () => nowMs });
    await sdk.send(await request());
    await sdk.send(await request({ ValidityNotBefore: { Type: "ABSOLUTE", Value: nowMs / 1000 - 60 } }));

    const begins = pca
      .issued()
      .map(({ certificatePem }) => new X509Certificate(certificatePem).validFromDate);
    expect(begins.map((date) => date.toISOString())).toEqual([
      "2026-11-21T07:00:00.000Z",
      "2026-11-21T07:59:00.000Z",
    ]);
  });

  it("refuses a CSR that is no PEM, is broken, or is signed by another key", async () => {
    const { sdk } = await start();
    const [one, other] = [await makeCsr({ commonName: "bunny" }), await makeCsr({ commonName: "fox" })];
    const forged = Buffer.concat([one.der.subarray(0, -20), other.der.subarray(-20)]);
    const pem = (der: Buffer) =>
      `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;

    for (const Csr of [
      one.der,
      Buffer.from(one.der.toString("base64")),
      Buffer.from("hello"),
      Buffer.from(pem(forged)),
      Buffer.from(pem(one.der.subarray(0, 40))),
    ]) {
      await expect(sdk.send(await request({ Csr }))).rejects.toMatchObject({ name: "MalformedCSRException" });
    }
  });

  it("takes a CSR without a subject if it has an alternative name, and refuses one with neither", async () => {
    const { sdk, pca } = await start();
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    const signed = async (extensions: x509.Extension[]) => {
      const csr = await x509.Pkcs10CertificateRequestGenerator.create({
        keys,
        signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
        extensions,
      });
      return await request({ Csr: Buffer.from(csr.toString("pem")) });
    };
    await sdk.send(
      await signed([new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "bunny.example" }])]),
    );
    await expect(sdk.send(await signed([]))).rejects.toMatchObject({ name: "MalformedCSRException" });
    expect(pca.issued()).toHaveLength(1);
  });

  it("refuses a signing algorithm of another family than the CA's key", async () => {
    const { sdk } = await start();
    await expect(sdk.send(await request({ SigningAlgorithm: "SHA256WITHRSA" }))).rejects.toMatchObject({
      name: "InvalidArgsException",
    });
  });

  it("signs with the algorithm that is asked for, whatever the CSR's key is", async () => {
    const { sdk, pca } = await start({ ca: { keyAlgorithm: "RSA_2048" } });
    await sdk.send(await request({ SigningAlgorithm: "SHA384WITHRSA" }));

    const leaf = new x509.X509Certificate(pca.issued()[0]?.certificatePem ?? "");
    expect(leaf.signatureAlgorithm).toMatchObject({ name: "RSASSA-PKCS1-v1_5", hash: { name: "SHA-384" } });
  });

  it("refuses a certificate that would outlive its CA", async () => {
    const { sdk } = await start({ ca: { lifetimeSeconds: dayS } });
    await expect(sdk.send(await request({ Validity: { Type: "DAYS", Value: 2 } }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("refuses more than seven days in short-lived mode, and takes seven", async () => {
    const { sdk } = await start({ ca: { usageMode: "SHORT_LIVED_CERTIFICATE" } });
    await sdk.send(await request({ Validity: { Type: "DAYS", Value: 7 } }));

    await expect(sdk.send(await request({ Validity: { Type: "DAYS", Value: 8 } }))).rejects.toMatchObject({
      name: "InvalidArgsException",
    });
  });

  it.each([
    [
      "a validity that has ended",
      { Validity: { Type: "ABSOLUTE", Value: 1_000_000_000 } },
      "InvalidArgsException",
    ],
    [
      "a validity that ended ten minutes ago",
      { Validity: { Type: "ABSOLUTE", Value: Math.floor(Date.now() / 1000) - 600 } },
      "InvalidArgsException",
    ],
    [
      "a validity that begins at its end",
      {
        Validity: { Type: "ABSOLUTE", Value: Math.floor(Date.now() / 1000) + 600 },
        ValidityNotBefore: { Type: "ABSOLUTE", Value: Math.floor(Date.now() / 1000) + 600 },
      },
      "InvalidArgsException",
    ],
    ["a validity of zero days", { Validity: { Type: "DAYS", Value: 0 } }, "ValidationException"],
    ["a relative begin", { ValidityNotBefore: { Type: "DAYS", Value: 1 } }, "InvalidArgsException"],
    [
      "an end date that does not exist",
      { Validity: { Type: "END_DATE", Value: 20_990_230_000_000 } },
      "InvalidArgsException",
    ],
    ["an ARN of another service", { CertificateAuthorityArn: "arn:aws:s3:::bucket" }, "ValidationException"],
    ["an ARN that is no CA's", { CertificateAuthorityArn: clientAuth }, "InvalidArnException"],
    [
      "a CA that does not exist",
      { CertificateAuthorityArn: `${arn.slice(0, -1)}7` },
      "ResourceNotFoundException",
    ],
    ["a token of 37 characters", { IdempotencyToken: "t".repeat(37) }, "ValidationException"],
    ["a token beyond Latin-1", { IdempotencyToken: "ħ" }, "ValidationException"],
  ] as const)("refuses %s", async (_what, changes, name) => {
    const { sdk } = await start();
    await expect(sdk.send(await request(changes))).rejects.toMatchObject({ name });
  });

  it("refuses while the CA is disabled", async () => {
    const { sdk, authority } = await start();
    authority.disabled = true;
    await expect(sdk.send(await request())).rejects.toMatchObject({ name: "InvalidStateException" });
  });

  it("answers 501 for a template that it does not have", async () => {
    const { sdk, server } = await start();
    const TemplateArn = "arn:aws:acm-pca:::template/RootCACertificate/V1";
    await expect(sdk.send(await request({ TemplateArn }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    expect(server.troubles()).toHaveLength(1);
  });

  it("asks for the permission with the template's key, and only when the call names a template", async () => {
    const { sdk, server } = await start();
    await sdk.send(await request());
    await sdk.send(await request({}, "left-out"));

    const issue = { roleArn, action: "acm-pca:IssueCertificate", resource: arn, result: "allowed" };
    expect(server.decisions()).toEqual([
      { ...issue, context: { "acm-pca:TemplateArn": clientAuth } },
      { ...issue, context: {} },
    ]);
  });

  it("refuses what the caller's policies do not allow", async () => {
    const { sdk, pca } = await start({ authorize: () => Promise.resolve("denied") });
    await expect(sdk.send(await request())).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("is not authorized to perform: acm-pca:IssueCertificate"),
    });
    expect(pca.issued()).toEqual([]);
  });
});

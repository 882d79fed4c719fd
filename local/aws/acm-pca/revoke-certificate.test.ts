import { RevokeCertificateCommand, type RevokeCertificateCommandInput } from "@aws-sdk/client-acm-pca";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "../server.ts";
import { roleArn } from "../test-world.ts";
import type { IssuedCertificate } from "./issued.ts";
import { arn, dayS, request, startCa } from "./test-ca.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

/** A CA with one certificate that it has issued. */
async function start(options: Parameters<typeof startCa>[0] = {}) {
  const started = await startCa(options);
  running = started.server;
  const { sdk, pca } = started;
  await sdk.send(await request());
  const [issued] = pca.issued();
  if (issued === undefined) throw new Error("nothing was issued");
  const revoke = (input: Partial<RevokeCertificateCommandInput> = {}) =>
    sdk.send(
      new RevokeCertificateCommand({
        CertificateAuthorityArn: arn,
        CertificateSerial: issued.serial,
        RevocationReason: "SUPERSEDED",
        ...input,
      }),
    );
  return { ...started, issued, revoke };
}

const withColons = ({ serial }: IssuedCertificate) => serial.replaceAll(/..(?=.)/g, "$&:");
const decimal = ({ serial }: IssuedCertificate) => BigInt(`0x${serial}`).toString();

describe("RevokeCertificate", () => {
  it("revokes by the serial in hexadecimal, and keeps who did it and why", async () => {
    let nowMs = Date.now();
    const { pca, issued, revoke } = await start({ clock: () => nowMs });
    nowMs += 5000;
    await revoke({ RevocationReason: "KEY_COMPROMISE" });

    expect(pca.revoked()).toEqual([
      {
        certificateArn: issued.certificateArn,
        authorityArn: arn,
        serial: issued.serial,
        reason: "KEY_COMPROMISE",
        revokedAtMs: nowMs,
        revokedBy: roleArn,
      },
    ]);
  });

  it.each([
    ["with colons", withColons],
    ["in capitals", ({ serial }: IssuedCertificate) => serial.toUpperCase()],
    ["with a zero byte in front", (issued: IssuedCertificate) => `00:${withColons(issued)}`],
  ])("takes the serial %s", async (_how, write) => {
    const { pca, issued, revoke } = await start();
    await revoke({ CertificateSerial: write(issued) });
    expect(pca.revoked()).toMatchObject([{ serial: issued.serial }]);
  });

  it("finds nothing by the serial in decimal, as it stands in the certificate's ARN", async () => {
    const { pca, issued, revoke } = await start();
    await expect(revoke({ CertificateSerial: decimal(issued) })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect(pca.revoked()).toEqual([]);
  });

  it.each(["0xab", "ab cd", "a:b", "ab:", "bunny", ""])(
    "refuses the serial '%s'",
    async (CertificateSerial) => {
      const { revoke } = await start();
      await expect(revoke({ CertificateSerial })).rejects.toMatchObject({ name: "InvalidRequestException" });
    },
  );

  it("says of a repeated call that it was done already, also with another reason", async () => {
    const { pca, revoke } = await start();
    await revoke();
    const repeated = { name: "RequestAlreadyProcessedException" };
    await expect(revoke()).rejects.toMatchObject(repeated);
    await expect(revoke({ RevocationReason: "KEY_COMPROMISE" })).rejects.toMatchObject(repeated);
    expect(pca.revoked()).toMatchObject([{ reason: "SUPERSEDED" }]);
  });

  it("refuses a serial that was never issued, and one of another CA", async () => {
    const { pca, revoke } = await start();
    const other = `${arn.slice(0, -1)}8`;
    await pca.createAuthority({ arn: other, commonName: "Other CA", lifetimeSeconds: 30 * dayS });
    const missing = { name: "ResourceNotFoundException" };
    await expect(revoke({ CertificateSerial: "ab" })).rejects.toMatchObject(missing);
    await expect(revoke({ CertificateAuthorityArn: other })).rejects.toMatchObject(missing);
  });

  it("refuses a root's own certificate", async () => {
    const { authority, revoke } = await start();
    await expect(revoke({ CertificateSerial: authority.certificate.serialNumber })).rejects.toMatchObject({
      name: "InvalidRequestException",
    });
  });

  it("refuses an ARN that is no CA's, a CA that is not there, and a reason that does not exist", async () => {
    const { issued, revoke } = await start();
    await expect(revoke({ CertificateAuthorityArn: issued.certificateArn })).rejects.toMatchObject({
      name: "InvalidArnException",
    });
    await expect(revoke({ CertificateAuthorityArn: `${arn.slice(0, -1)}9` })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const unknown: object = { RevocationReason: "LOST" };
    await expect(revoke(unknown)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("is done by a disabled CA, and not by an expired one", async () => {
    let nowMs = Date.now();
    const { authority, revoke } = await start({ clock: () => nowMs });
    nowMs = authority.certificate.notAfter.getTime();
    await expect(revoke()).rejects.toMatchObject({ name: "InvalidStateException" });
    nowMs -= 1000;
    authority.disabled = true;
    await expect(revoke()).resolves.toBeDefined();
  });

  it("is done in short-lived mode too", async () => {
    const { pca, revoke } = await start({ ca: { usageMode: "SHORT_LIVED_CERTIFICATE" } });
    await revoke();
    expect(pca.revoked()).toHaveLength(1);
  });

  it("asks for the permission on the CA", async () => {
    const asked: unknown[] = [];
    const { pca, revoke } = await start({
      authorize: (question) => {
        asked.push(question);
        return Promise.resolve(question.action === "acm-pca:RevokeCertificate" ? "denied" : "allowed");
      },
    });
    await expect(revoke()).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(asked.at(-1)).toEqual({
      roleArn,
      sessionName: "warrener-rotate",
      action: "acm-pca:RevokeCertificate",
      resource: arn,
      context: {},
    });
    expect(pca.revoked()).toEqual([]);
  });

  it("is throttled at the twenty-first call of a second", async () => {
    const nowMs = Date.now();
    const { revoke } = await start({ clock: () => nowMs });
    for (let n = 0; n < 20; n += 1) await revoke().catch(() => undefined);
    await expect(revoke()).rejects.toMatchObject({ name: "ThrottlingException" });
  });
});

describe("what Private CA tells", () => {
  it("is each issuance, once for a call and its repetitions with the same token", async () => {
    const { sdk, told, pca } = await start();
    const again = await request({ IdempotencyToken: "a" });
    await sdk.send(again);
    await sdk.send(again);

    expect(told).toEqual(
      pca.issued().map(({ certificateArn }) => ({
        source: "aws.acm-pca",
        detailType: "ACM Private CA Certificate Issuance",
        resources: [arn, certificateArn],
        detail: { result: "success" },
      })),
    );
    expect(told).toHaveLength(2);
  });

  it("is an issuance that failed, without saying why or for whom", async () => {
    const { sdk, told } = await start();
    await sdk.send(await request({ Csr: Buffer.from("no CSR") })).catch(() => undefined);
    expect(told[1]).toEqual({
      source: "aws.acm-pca",
      detailType: "ACM Private CA Certificate Issuance",
      resources: [arn],
      detail: { result: "failure" },
    });
  });

  it("is a revocation, once, and none that failed", async () => {
    const { told, issued, revoke } = await start();
    await revoke({ CertificateSerial: "ab" }).catch(() => undefined);
    await revoke();
    await revoke().catch(() => undefined);
    expect(told.slice(1)).toEqual([
      {
        source: "aws.acm-pca",
        detailType: "ACM Private CA Certificate Revocation",
        resources: [arn, issued.certificateArn],
        detail: { result: "success" },
      },
    ]);
  });
});

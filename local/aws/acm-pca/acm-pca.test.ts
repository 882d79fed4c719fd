import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import {
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import * as x509 from "@peculiar/x509";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "../server.ts";
import { accountId } from "../test-world.ts";
import { arn, dayS, request, startCa } from "./test-ca.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: Parameters<typeof startCa>[0] = {}) {
  const started = await startCa(options);
  running = started.server;
  return started;
}

describe("GetCertificate", () => {
  it("is in progress for a read or two when the world is not calm", async () => {
    const { sdk, kernel } = await start({ calm: false, seed: 3 });
    const { CertificateArn } = await sdk.send(await request());
    const wanted = { CertificateAuthorityArn: arn, CertificateArn };
    for (let reads = 0; reads < 3; reads += 1) {
      await sdk.send(new GetCertificateCommand(wanted)).catch(() => undefined);
    }

    const outcomes = kernel.calls("acm-pca:GetCertificate").map((call) => call.outcome);
    expect(outcomes[0]).toBe("RequestInProgressException");
    expect(outcomes[2]).toBe("ok");
  });

  it("refuses a certificate that was never issued and an ARN that is no certificate's", async () => {
    const { sdk } = await start();
    const get = (CertificateArn: string) =>
      sdk.send(new GetCertificateCommand({ CertificateAuthorityArn: arn, CertificateArn }));

    await expect(get(`${arn}/certificate/12`)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(get(arn)).rejects.toMatchObject({ name: "InvalidArnException" });
  });

  it("refuses a certificate of another CA", async () => {
    const { sdk, pca } = await start();
    const other = `${arn.slice(0, -1)}8`;
    await pca.createAuthority({ arn: other, commonName: "Other CA", lifetimeSeconds: 30 * dayS });
    const { CertificateArn } = await sdk.send(await request());
    const get = new GetCertificateCommand({ CertificateAuthorityArn: other, CertificateArn });
    await expect(sdk.send(get)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("answers the chain of a subordinate CA from itself up to the root", async () => {
    const { sdk, pca, authority } = await start();
    const subArn = `${arn.slice(0, -1)}8`;
    const sub = await pca.createAuthority({
      arn: subArn,
      commonName: "Issuing CA",
      lifetimeSeconds: 30 * dayS,
      parent: authority,
    });
    const { CertificateArn } = await sdk.send(await request({ CertificateAuthorityArn: subArn }));
    const got = await sdk.send(
      new GetCertificateCommand({ CertificateAuthorityArn: subArn, CertificateArn }),
    );

    const chain = x509.PemConverter.decode(got.CertificateChain ?? "");
    expect(chain.map((der) => new x509.X509Certificate(der).serialNumber)).toEqual([
      sub.certificate.serialNumber,
      authority.certificate.serialNumber,
    ]);
  });
});

describe("DescribeCertificateAuthority", () => {
  it("tells state, mode, algorithm and end", async () => {
    const { sdk, authority } = await start({ ca: { usageMode: "SHORT_LIVED_CERTIFICATE" } });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
    const { CertificateAuthority: told } = await sdk.send(describe);

    expect(told).toMatchObject({
      Arn: arn,
      OwnerAccount: accountId,
      Type: "ROOT",
      Status: "ACTIVE",
      UsageMode: "SHORT_LIVED_CERTIFICATE",
      NotAfter: authority.certificate.notAfter,
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: "EC_prime256v1",
        SigningAlgorithm: "SHA256WITHECDSA",
        Subject: { CommonName: "Link CA", Organization: "Example" },
      },
    });
  });

  it("tells that a CA has expired or is disabled", async () => {
    let nowMs = Date.now();
    const { sdk, authority } = await start({ clock: () => nowMs, ca: { lifetimeSeconds: 60 } });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
    authority.disabled = true;
    expect((await sdk.send(describe)).CertificateAuthority?.Status).toBe("DISABLED");
    nowMs += 61_000;
    expect((await sdk.send(describe)).CertificateAuthority?.Status).toBe("EXPIRED");
  });
});

describe("GetCertificateAuthorityCertificate", () => {
  it("answers a root's certificate without a chain", async () => {
    const { sdk, authority } = await start();
    const got = await sdk.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: arn }),
    );

    expect(new X509Certificate(got.Certificate ?? "").serialNumber.toLowerCase()).toBe(
      authority.certificate.serialNumber.toLowerCase(),
    );
    expect(got.CertificateChain).toBeUndefined();
  });
});

describe("the quotas", () => {
  const nowMs = Date.now();
  const throttled = { name: "ThrottlingException" };

  it("throttle the seventy-sixth GetCertificate of a second", async () => {
    const { sdk } = await start({ clock: () => nowMs });
    const { CertificateArn } = await sdk.send(await request());
    const get = new GetCertificateCommand({ CertificateAuthorityArn: arn, CertificateArn });
    for (let n = 0; n < 75; n += 1) await sdk.send(get);
    await expect(sdk.send(get)).rejects.toMatchObject(throttled);
  });

  it("throttle the twenty-first description of a second, and admit again in the next", async () => {
    let atMs = nowMs;
    const { sdk } = await start({ clock: () => atMs });
    const describeCa = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
    for (let n = 0; n < 20; n += 1) await sdk.send(describeCa);
    await expect(sdk.send(describeCa)).rejects.toMatchObject(throttled);
    atMs += 1000;
    await expect(sdk.send(describeCa)).resolves.toBeDefined();
  });
});

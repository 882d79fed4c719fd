import { afterEach, describe, expect, it } from "vitest";
import { arn, dayS, startCa } from "../../local/aws/acm-pca/test-ca.ts";
import { createModel } from "../../local/model/brain.ts";
import { linkOf } from "../../local/model/link.ts";
import { makeCsr } from "../../local/testing/certificates.ts";
import type { Authority } from "./authority.ts";
import { privateCa } from "./aws-authority.ts";
import type { Serial } from "./schema.ts";
import { readCertificateArn, serialWithColons } from "./serial.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const time = { nowMs: Date.now() };
  const started = await startCa({ clock: () => time.nowMs, ca: { usageMode: "GENERAL_PURPOSE" } });
  closing.push(started.server.close);
  return { ...started, time, authority: privateCa(started.sdk, arn, "client") };
}

interface Opened {
  readonly authority: Authority;
  readonly now: () => number;
  readonly advance: (seconds: number) => void;
  /** Serial and reason of each certificate that is revoked. */
  readonly revoked: () => readonly (readonly [string, string])[];
}

async function openAdapter(): Promise<Opened> {
  const { authority, pca, time } = await start();
  return {
    authority,
    now: () => Math.floor(time.nowMs / 1000),
    advance: (seconds) => {
      time.nowMs += seconds * 1000;
    },
    revoked: () => pca.revoked().map(({ serial, reason }) => [serial, reason]),
  };
}

async function openModel(): Promise<Opened> {
  const certificateAuthority = { commonName: "Test CA", mode: "general-purpose" } as const;
  const { authority, clock } = await createModel({ link: linkOf({ bunny: [{}] }, { certificateAuthority }) });
  return {
    authority,
    now: clock.now,
    advance: (seconds) => clock.advance(seconds),
    revoked: () => [...authority.revoked.entries()],
  };
}

async function issue({ authority, now }: Pick<Opened, "authority" | "now">): Promise<Serial> {
  const { pem } = await makeCsr({ commonName: "bunny.example.com", dnsNames: [] });
  const certificateArn = await authority.issue({
    csr: pem,
    idempotencyToken: "a".repeat(32),
    notAfter: now() + 300 * dayS,
    signingAlgorithm: "SHA256WITHECDSA",
  });
  return readCertificateArn(certificateArn).serial;
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over AWS Private CA's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it.each(["SUPERSEDED", "KEY_COMPROMISE"] as const)("revokes as %s what it has issued", async (reason) => {
    const opened = await open();
    const serial = await issue(opened);
    expect(await opened.authority.revoke(serial, reason)).toEqual({ outcome: "revoked" });
    expect(opened.revoked()).toEqual([[serial, reason]]);
  });

  it("says so of what was revoked before, which keeps its reason", async () => {
    const opened = await open();
    const serial = await issue(opened);
    await opened.authority.revoke(serial, "SUPERSEDED");
    expect(await opened.authority.revoke(serial, "KEY_COMPROMISE")).toEqual({ outcome: "revoked" });
    expect(opened.revoked()).toEqual([[serial, "SUPERSEDED"]]);
  });

  it("refuses for good what it has not issued", async () => {
    const { authority, revoked } = await open();
    expect(await authority.revoke("abc", "SUPERSEDED")).toEqual({
      outcome: "refused",
      code: "ResourceNotFoundException",
    });
    expect(revoked()).toEqual([]);
  });

  it("says by which id the CA knows each call that it has answered", async () => {
    const opened = await open();
    const serial = await issue(opened);
    const ids: unknown[] = [];
    for (const one of [serial, serial, "abc"])
      await opened.authority.revoke(one, "SUPERSEDED", (more) => ids.push(more["acm-pca"]));
    expect(ids).toEqual(Array(3).fill(expect.stringMatching(/^[\w-]{5,}$/)));
    expect(new Set(ids).size).toBe(3);
  });

  it("throws when its own life is over", async () => {
    const opened = await open();
    const serial = await issue(opened);
    opened.advance(20 * 365 * dayS);
    await expect(opened.authority.revoke(serial, "SUPERSEDED")).rejects.toMatchObject({
      name: "CloudError",
      code: "InvalidStateException",
      retryable: false,
    });
  });
});

describe("privateCa", () => {
  it("names the serial in hexadecimal with colons, as the documentation's example does", async () => {
    const { authority, sightings, time } = await start();
    const serial = await issue({ authority, now: () => Math.floor(time.nowMs / 1000) });
    await authority.revoke(serial, "SUPERSEDED");
    const asked = sightings.map(({ bytes }) => Buffer.from(bytes).toString()).join("\n");
    expect(asked).toContain(`"CertificateSerial":"${serialWithColons(serial)}"`);
  });

  const operation = "acm-pca:RevokeCertificate";
  const fail = async (code: string) => {
    const { authority, kernel } = await start();
    const effect = { kind: "refuse", status: 400, code, message: "text" } as const;
    kernel.faults.add({ operation, nth: "every", when: "before", effect });
    return await authority.revoke("abc", "SUPERSEDED").catch((error: unknown) => error);
  };

  it.each(["ConcurrentModificationException", "RequestInProgressException", "ThrottlingException"])(
    "throws %s as one that passes",
    async (code) => {
      const failure = { name: "CloudError", operation: "RevokeCertificate", code, retryable: true };
      expect(await fail(code)).toMatchObject({ ...failure, message: expect.not.stringContaining("text") });
    },
  );

  // The last one is what a bucket is told by that the CA may not write its list to: that can be mended.
  it.each([
    "RequestFailedException",
    "LimitExceededException",
    "InvalidStateException",
    "InvalidRequestException",
  ])("throws %s as one that somebody must look into", async (code) => {
    expect(await fail(code)).toMatchObject({ name: "CloudError", code, retryable: false });
  });

  it("is repeated without harm when the answer to a revocation was lost", async () => {
    const { authority, kernel, pca, time } = await start();
    const serial = await issue({ authority, now: () => Math.floor(time.nowMs / 1000) });
    kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    await expect(authority.revoke(serial, "SUPERSEDED")).rejects.toMatchObject({ code: "unreachable" });
    expect(await authority.revoke(serial, "SUPERSEDED")).toEqual({ outcome: "revoked" });
    expect(pca.revoked()).toHaveLength(1);
  });
});

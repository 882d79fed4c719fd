/** What becomes of a request at the CA, for clients and for servers alike. */
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { arn, dayS, startCa } from "../../local/aws/acm-pca/test-ca.ts";
import { createModel } from "../../local/model/brain.ts";
import { makeCsr } from "../../local/testing/certificates.ts";
import type { Authority } from "./authority.ts";
import { privateCa } from "./aws-authority.ts";
import type { Purpose } from "./schema.ts";
import { readCertificate } from "./x509.ts";

const USAGES = { client: ["1.3.6.1.5.5.7.3.2"], server: ["1.3.6.1.5.5.7.3.1"] } as const;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Opened {
  readonly authority: Authority;
  readonly now: () => number;
  /** The next read comes before the CA is done. */
  readonly delay: () => void;
  /** The CA gives up on the next certificate. */
  readonly giveUp: () => void;
  readonly disable: () => void;
}

async function openAdapter(purpose: Purpose): Promise<Opened> {
  const started = await startCa();
  closing.push(started.server.close);
  const answerRead = (code: string, nth: 1 | "every") => {
    const effect = { kind: "refuse", status: 400, code, message: "text" } as const;
    started.kernel.faults.add({ operation: "acm-pca:GetCertificate", nth, when: "before", effect });
  };
  return {
    authority: privateCa(started.sdk, arn, purpose),
    now: () => Math.floor(Date.now() / 1000),
    delay: () => answerRead("RequestInProgressException", 1),
    giveUp: () => answerRead("RequestFailedException", "every"),
    disable: () => {
      started.authority.disabled = true;
    },
  };
}

async function openModel(purpose: Purpose): Promise<Opened> {
  const { authority, clock } = await createModel();
  authority.purpose = purpose;
  return {
    authority,
    now: clock.now,
    delay: () => {
      authority.readsInProgress = 1;
    },
    giveUp: () => {
      authority.failures = 1;
    },
    disable: () => {
      authority.state = { ...authority.state, active: false };
    },
  };
}

async function issue({ authority, now }: Opened): Promise<string> {
  const { pem } = await makeCsr({ commonName: "one.example.com", dnsNames: ["one.example.com"] });
  return await authority.issue({
    csr: pem,
    idempotencyToken: "a".repeat(32),
    notAfter: now() + 6 * dayS,
    signingAlgorithm: "SHA256WITHECDSA",
  });
}

const PURPOSES = ["client", "server"] as const;

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each(
  PURPOSES.flatMap((purpose) => [
    { name: `the adapter, over AWS Private CA's stand-in, for a ${purpose}`, purpose, openFor: openAdapter },
    { name: `the model, for a ${purpose}`, purpose, openFor: openModel },
  ]),
)("$name", ({ purpose, openFor }) => {
  it("has a certificate signed for that purpose and no other", async () => {
    const opened = await openFor(purpose);
    const chain = await opened.authority.read(await issue(opened));
    const [leaf = ""] = typeof chain === "string" ? [] : chain;
    const { extendedKeyUsages } = readCertificate(new X509Certificate(leaf).raw);
    expect(extendedKeyUsages).toEqual(USAGES[purpose]);
  });

  it("says that the CA is still at it, and gives the chain once it is done", async () => {
    const opened = await openFor(purpose);
    opened.delay();
    const certificateArn = await issue(opened);
    expect(await opened.authority.read(certificateArn)).toBe("signing");
    expect(await opened.authority.read(certificateArn)).toEqual(
      expect.arrayContaining([expect.stringContaining("BEGIN CERTIFICATE")]),
    );
  });

  it("says that the CA has given up, however often it is asked", async () => {
    const opened = await openFor(purpose);
    opened.giveUp();
    const certificateArn = await issue(opened);
    expect(await opened.authority.read(certificateArn)).toBe("failed");
    expect(await opened.authority.read(certificateArn)).toBe("failed");
  });

  it("has nothing signed by a CA that is disabled, and says that it is", async () => {
    const opened = await openFor(purpose);
    opened.disable();
    expect(await opened.authority.observe()).toMatchObject({ active: false });
    await expect(issue(opened)).rejects.toMatchObject({ code: "InvalidStateException", retryable: false });
  });
});

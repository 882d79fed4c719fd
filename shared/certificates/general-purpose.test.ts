/** Long lives, under a CA for general purposes: renewed at the right time, over and over. */
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { arn, dayS, startCa } from "../../local/aws/acm-pca/test-ca.ts";
import { createModel } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { type CertificateInput, linkOf } from "../../local/model/link.ts";
import { makeCsr } from "../../local/testing/certificates.ts";
import { privateCa } from "./aws-authority.ts";
import { readCertificate } from "./x509.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Past the year 2050, where X.509 writes its dates in another form (RFC 5280, 4.1.2.5). */
const CA = { commonName: "Test CA", mode: "general-purpose", lifetime: "60 years" } as const;
const linkOfLife = (certificate: Partial<CertificateInput>, ca: { readonly lifetime?: string } = {}) =>
  linkOf({ bunny: [certificate] }, { certificateAuthority: { ...CA, ...ca } });

const LIVES = ["396 days", "398 days", "1 year 1 day", "3 years", "10 years"] as const;

describe("renewCertificates, under a CA for general purposes", () => {
  it.each(LIVES)("renews a certificate of %s at its point, and never before", async (lifetime) => {
    const model = await createModel({ link: linkOfLife({ lifetime }) });
    const seconds = model.link.bunnies[0]?.certificates[0]?.lifetimeSeconds ?? 0;
    await model.run();
    for (let renewals = 1; renewals <= 3; renewals += 1) {
      const issuedAt = model.clock.now();
      const point = issuedAt + Math.floor((seconds * 2) / 3);
      model.clock.moveTo(point - 1);
      expect((await model.run()).outcomes).toMatchObject([{ changes: [], nextAt: point }]);
      model.clock.moveTo(point);
      expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
      expect(isUsable(model)).toBe(true);
      expect(model.authority.issues).toHaveLength(renewals + 1);
    }
    expect(brokenPromises(model)).toEqual([]);
  });

  it.each(LIVES)("draws a certificate of %s forward by its jitter, into its window", async (lifetime) => {
    const window = { days: ["sat", "sun"], from: "02:00", to: "05:00", timeZone: "Europe/London" } as const;
    const model = await createModel({
      link: linkOfLife({ lifetime, jitter: "14 days", window: { ...window, days: [...window.days] } }),
    });
    const seconds = model.link.bunnies[0]?.certificates[0]?.lifetimeSeconds ?? 0;
    const london = new Intl.DateTimeFormat("en-GB", {
      timeZone: "Europe/London",
      weekday: "short",
      hour: "2-digit",
      hourCycle: "h23",
    });
    await model.run();
    for (let renewals = 1; renewals <= 3; renewals += 1) {
      const deadline = model.clock.now() + Math.floor((seconds * 2) / 3);
      const [outcome] = (await model.run()).outcomes;
      const nextAt = outcome?.outcome === "settled" ? outcome.nextAt : 0;
      expect(nextAt).toBeLessThanOrEqual(deadline);
      // A fortnight of jitter, and a week between two windows.
      expect(nextAt).toBeGreaterThan(deadline - 21 * dayS);
      expect(london.format(nextAt * 1000)).toMatch(/^(Sat|Sun),? 0[234]$/);
      model.clock.moveTo(nextAt);
      expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    }
    expect(model.authority.issues).toHaveLength(4);
    expect(isUsable(model)).toBe(true);
  });

  it("signs none that would outlive the CA, and says when that ends", async () => {
    const model = await createModel({ link: linkOfLife({ lifetime: "10 years" }, { lifetime: "15 years" }) });
    await model.run();
    model.clock.advance(Math.ceil(10 * 365 * dayS * 0.67));
    const { outcomes } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "refused", reason: "outlives-ca" }]);
    expect(isUsable(model)).toBe(true);
  });

  it("refuses a long life when the CA turns out to be short-lived", async () => {
    const model = await createModel({ link: linkOfLife({ lifetime: "396 days" }) });
    model.authority.state = { ...model.authority.state, shortLived: true };
    const { outcomes } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "refused", reason: "lifetime-over-short-lived-ca" }]);
    expect(model.vault.entries.size).toBe(0);
  });

  it("renews short lives too", async () => {
    const model = await createModel({ link: linkOfLife({ lifetime: "7 days" }) });
    await model.run();
    expect(isUsable(model)).toBe(true);
  });
});

describe("privateCa, in general-purpose mode", () => {
  it("has a certificate of ten years signed, to the second, and past the year 2050", async () => {
    const nowMs = Date.now() + 20 * 365 * dayS * 1000;
    const ca = { usageMode: "GENERAL_PURPOSE", lifetimeSeconds: 30 * 365 * dayS } as const;
    const { sdk, server } = await startCa({ clock: () => nowMs, calm: true, ca });
    closing.push(server.close);
    const authority = privateCa(sdk, arn, "client");
    const { pem } = await makeCsr({ commonName: "bunny.example.com", dnsNames: [] });
    const notAfter = Math.floor(nowMs / 1000) + 10 * 365 * dayS;
    const request = { csr: pem, notAfter, idempotencyToken: "a".repeat(32) };
    const issued = await authority.issue({ ...request, signingAlgorithm: "SHA256WITHECDSA" });
    const chain = await authority.read(issued);
    const [leaf = ""] = typeof chain === "string" ? [] : chain;
    expect(readCertificate(new X509Certificate(leaf).raw)).toMatchObject({ notAfter });
    expect(await authority.observe()).toMatchObject({ shortLived: false });
  });
});

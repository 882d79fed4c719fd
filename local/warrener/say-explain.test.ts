import { describe, expect, it } from "vitest";
import { linkCertificates } from "../../shared/certificates/desired.ts";
import type { DesiredCertificate } from "../../shared/certificates/plan.ts";
import type { Intent } from "../../shared/certificates/schema.ts";
import { changeAt } from "../../shared/journal/test-changes.ts";
import { linkOf } from "../model/link.ts";
import { type Explained, sayExplained } from "./say-explain.ts";
import { context, history, NOW, nothingOpen, planned } from "./test-plans.ts";

const LINK = linkOf({ bunny: [{ proofWithin: "1 hour" }] }, {});
const [DESIRED] = linkCertificates(LINK);

const say = (changes: Partial<Explained> = {}, desiredChanges: Partial<DesiredCertificate> = {}) => {
  if (DESIRED === undefined) throw new Error("the link has no certificate");
  const desired = { ...DESIRED, ...desiredChanges };
  return sayExplained({ desired, planned: planned(), history, open: nothingOpen, ...changes }, context);
};
const { current } = planned();

describe("sayExplained", () => {
  it("says whose it is, how it came to be, whether it is in use, and what comes next", () => {
    expect(say()).toEqual([
      "bunny-client: the certificate of bunny as a TLS client, in the name of bunny.example.com.",
      "The current one has the serial ab12 and ends 2026-11-27 08:00:00 UTC, in 6 days. Its version is v1.",
      "It was requested at 2026-11-20 08:00:00 UTC: renewal due. It was merged at 2026-11-20 08:00:02 UTC, by warrener-test-renew-certificates.",
      "First seen in use at 2026-11-20 08:01:00 UTC, 23 hours 59 minutes ago.",
      "Next: no change is due before 2026-11-24 08:00:00 UTC, in 3 days.",
    ]);
  });

  it("says only what is next of one that could not be read", () => {
    const failed = { certificate: "bunny-client", outcome: "failed", operation: "o", code: "c" } as const;
    expect(say({ planned: { ...failed, retryable: true } }).slice(1)).toEqual([
      "Next: it could not be read: o failed with c. The next run tries again.",
    ]);
  });

  it("says what was tried so far for one that is not there yet", () => {
    const none = planned({ current: null, change: { kind: "sign-and-merge", intent: { kind: "new" } } });
    expect(say({ planned: none, history: history.slice(2) }).slice(1, 3)).toEqual([
      "There is none yet.",
      "Since then, at 2026-11-20 08:00:00 UTC: requested a new certificate: renewal due.",
    ]);
  });

  it("says what happened since its merge, in order", () => {
    const since = [
      changeAt("2026-11-21T07:00:01.000Z", "y", { kind: "drop-request", reasons: ["other-key"] }),
      changeAt("2026-11-21T07:00:00.000Z", "x", { kind: "request", reasons: ["renewal-due"] }),
    ];
    expect(say({ history: [...since, ...history] }).filter((line) => line.startsWith("Since"))).toEqual([
      "Since then, at 2026-11-21 07:00:00 UTC: requested a new certificate: renewal due.",
      "Since then, at 2026-11-21 07:00:01 UTC: dropped a pending request: it asked for another kind of key than the link's.",
    ]);
  });

  it("says so when its merge, its request or the reason of that is not recorded", () => {
    expect(say({ history: [] })[2]).toMatch(/^How it came to be is not recorded/);
    expect(say({ history: history.slice(0, 1) })[2]).toMatch(/Its request is not recorded\.$/);
    const found = changeAt("2026-11-20T08:00:00.000Z", "r1", { kind: "request", reasons: ["found"] });
    expect(say({ history: [...history.slice(0, 1), found] })[2]).toMatch(
      /UTC: why is not recorded\. It was merged/,
    );
  });

  it("says of one that has ended, or that somebody disabled, that it is so", () => {
    const ended = planned({ current: current && { ...current, enabled: false, notAfter: NOW } });
    expect(say({ planned: ended }).slice(1, 3)).toEqual([
      "The current one has the serial ab12 and ended 2026-11-21 08:00:00 UTC, now. Its version is v1.",
      "Somebody disabled it.",
    ]);
  });

  it("says that relay does not serve its newest one yet", () => {
    const served = current && { ...current, serial: "9f", notAfter: NOW + 60 };
    const staged = planned({ served, promotion: { kind: "hold", reason: "no-replica-heard" } });
    expect(say({ planned: staged }).slice(1, 3)).toEqual([
      expect.stringMatching(/^The newest one, which relay does not serve yet, has the serial ab12/),
      "relay serves 9f, which ends 2026-11-21 08:01:00 UTC, in 1 minute.",
    ]);
    const inStep = planned({ promotion: { kind: "in-step" } });
    expect(say({ planned: inStep })[1]).toMatch(/^The current one/);
  });

  it("says until when its use is waited for, or was", () => {
    const merged = (createdAt: number, proof: string) =>
      planned({ proof, seenAt: null, current: current && { ...current, createdAt } });
    expect(say({ planned: merged(NOW - 1_800, "awaited") })[3]).toBe(
      "Not seen in use yet; it should be by 2026-11-21 08:30:00 UTC, in 30 minutes.",
    );
    expect(say({ planned: merged(NOW - 7_200, "overdue") })[3]).toBe(
      "Not seen in use in time; it should have been by 2026-11-21 07:00:00 UTC, 1 hour ago.",
    );
    expect(say({ planned: merged(NOW, "manual") }, { proof: "manual" })[3]).toBe(
      "Its use is left to a person to prove.",
    );
  });

  it("says what else is open of this certificate, and nothing of others", () => {
    const order = {
      serial: "9f",
      certificate: "bunny-client",
      reason: "SUPERSEDED",
      origin: "person",
      orderedBy: "arn:alice",
      orderedAt: NOW,
      state: "ordered",
      prospect: "The next run revokes it, within 15 minutes.",
    } as const;
    const unknown: Intent = {
      certificate: "bunny-client",
      csrDigest: "a".repeat(64),
      publicKeyDigest: "b".repeat(64),
      idempotencyToken: "c".repeat(32),
      notAfter: NOW + 86_400,
      createdAt: NOW - 3_600,
      state: "outcome-unknown",
    };
    const open = {
      ...nothingOpen,
      orders: [order, { ...order, certificate: "other", serial: "8e" }],
      unknown: [unknown, { ...unknown, certificate: "other" }],
    };
    expect(say({ open }).slice(4, -1)).toEqual([
      expect.stringMatching(/^A signature was asked for at 2026-11-21 07:00:00 UTC, and nobody knows/),
      "An order to revoke 9f stands, for SUPERSEDED, by arn:alice at 2026-11-21 08:00:00 UTC. The next run revokes it, within 15 minutes.",
    ]);
  });

  it("lets no control character of a record reach the terminal", () => {
    const evil = changeAt("2026-11-21T07:00:00.000Z", "x", {
      kind: "drop-request",
      reasons: ["\u001b[8m\n"],
    });
    expect(say({ history: [evil, ...history] }).join("")).not.toMatch(/\p{Cc}/u);
  });
});

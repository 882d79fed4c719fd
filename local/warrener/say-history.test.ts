import { describe, expect, it } from "vitest";
import { changeAt } from "../../shared/journal/test-changes.ts";
import { sayHistory } from "./say-history.ts";
import { history, NOW } from "./test-plans.ts";

const moment = { now: NOW, timeZone: "UTC" };
const AT = "2026-11-21T08:00:00.000Z";

describe("sayHistory", () => {
  it("says so when nothing is recorded", () => {
    expect(sayHistory([], moment)).toEqual(["no change is recorded"]);
  });

  it("says when, what and why, from what to what, and who did it by which calls, the newest first", () => {
    expect(sayHistory(history, moment)).toEqual([
      "2026-11-20 08:00:02 UTC  bunny-client  merged it",
      "    serial 9f, until 2026-11-21 12:00:00 UTC -> serial ab12, until 2026-11-27 08:00:00 UTC",
      "    by warrener-test-renew-certificates, lambda invocation-1, acm-pca request-1",
      "2026-11-20 08:00:01 UTC  bunny-client  had the CA sign it",
      "    serial ab12, until 2026-11-28 08:00:00 UTC",
      "    by warrener-test-renew-certificates, lambda invocation-1, acm-pca request-1",
      "2026-11-20 08:00:00 UTC  bunny-client  requested a new certificate: renewal due",
      "    serial 9f, until 2026-11-21 12:00:00 UTC -> request r1",
      "    by warrener-test-renew-certificates, lambda invocation-1, acm-pca request-1",
    ]);
  });

  it("says none of what a first request replaces, and nothing of what was before a merge that was found", () => {
    const request = changeAt(AT, "r", { kind: "request", after: { requestId: "r" }, reasons: ["absent"] });
    const merge = changeAt(AT, "v", { kind: "merge", after: { serial: "ab12" }, reasons: ["found"] });
    expect(sayHistory([request], moment)[1]).toBe("    none -> request r");
    expect(sayHistory([merge], moment)[1]).toBe("    serial ab12");
  });

  it("says what a dropped request asked for, and its details as they are", () => {
    const drop = changeAt(AT, "r", {
      kind: "drop-request",
      before: { requestId: "r", commonName: "somebody", dnsNames: "", key: "RSA 2048" },
      after: null,
      reasons: ["other-subject", "its secret is not PEM"],
      requestIds: {},
    });
    expect(sayHistory([drop], moment)).toEqual([
      "2026-11-21 08:00:00 UTC  bunny-client  dropped a pending request: it asked for another subject than the link's; its secret is not PEM",
      "    request r, for somebody, no DNS names, RSA 2048",
      "    by warrener-test-renew-certificates",
    ]);
  });

  it.each([
    ["left-to-expire", "under a short-lived CA nothing is revoked"],
    ["ResourceNotFoundException", "ResourceNotFoundException"],
  ])("says why an order was closed without a revocation: %s", (code, words) => {
    const closed = changeAt(AT, "ab12", { kind: "close-revocation", after: null, reasons: [code] });
    expect(sayHistory([closed], moment)[0]).toBe(
      `2026-11-21 08:00:00 UTC  bunny-client  closed an order without a revocation: ${words}`,
    );
  });

  it("says who ordered what was revoked", () => {
    const revoke = changeAt(AT, "ab12", {
      kind: "revoke",
      before: { serial: "ab12", orderedBy: "arn:aws:iam::111122223333:role/you", orderedAt: NOW },
      after: null,
      reasons: ["KEY_COMPROMISE"],
    });
    expect(sayHistory([revoke], moment).slice(0, 2)).toEqual([
      "2026-11-21 08:00:00 UTC  bunny-client  had the CA revoke it: KEY_COMPROMISE",
      "    serial ab12, as arn:aws:iam::111122223333:role/you ordered",
    ]);
  });

  it.each([
    ["order-revocation", "orphan", "ordered a revocation: it was issued and never merged"],
    ["promote", "loaded", "had relay serve it: every replica has loaded it"],
    [
      "outcome-unknown",
      "other-ca",
      "gave up a signature of unknown outcome: it was to be signed by another CA than the present one",
    ],
    [
      "unknown-issue",
      "no order has its key",
      "found a certificate that Warrener did not ask for: no order has its key",
    ],
    ["request", "a reason of a later version", "requested a new certificate: a reason of a later version"],
    ["request", "constructor", "requested a new certificate: constructor"],
  ] as const)("has words for %s, %s", (kind, reason, said) => {
    const [line] = sayHistory([changeAt(AT, "x", { kind, reasons: [reason] })], moment);
    expect(line).toBe(`2026-11-21 08:00:00 UTC  bunny-client  ${said}`);
  });

  it("says of what was found that its own record is missing", () => {
    const found = changeAt(AT, "r", { kind: "request", after: { requestId: "r" }, reasons: ["found"] });
    expect(sayHistory([found], moment)[0]).toMatch(
      /requested a new certificate \(found: the record of whoever made it is missing\)$/,
    );
  });

  it("lets no control character of somebody's text reach the terminal", () => {
    const drop = changeAt(AT, "r", {
      kind: "drop-request",
      reasons: ["evil\u001b[31m\n2026 forged line"],
      after: null,
    });
    for (const line of sayHistory([drop], moment)) expect(line).not.toMatch(/\p{Cc}/u);
  });

  it("says what was put right in a group of rules, why, and whose doing it was", () => {
    const heal = changeAt(AT, "h", {
      concern: "allowlists",
      target: "relay",
      kind: "heal",
      before: { drift: 2 },
      after: {
        ...{ opened: 1, closed: 1, failed: 0, openedRules: "in tcp 443 10.10.1.0/24" },
        ...{ who: "alice (SSO user)", from: "203.0.113.7", with: "console", wish: "a".repeat(64) },
      },
      reasons: ["missing", "unwanted", "a reason of a later version"],
      requestIds: {},
    });
    expect(sayHistory([heal], moment)).toEqual([
      "2026-11-21 08:00:00 UTC  relay  put its rules right: wanted, and not open; not wanted; a reason of a later version",
      "    2 differences -> opened 1 rule (in tcp 443 10.10.1.0/24), closed 1 rule, changed by alice (SSO user), from 203.0.113.7, with console",
      "    by warrener-test-renew-certificates",
    ]);
    const died = { ...heal, after: { inOrderSince: 2, who: "alice" } };
    expect(sayHistory([died], moment)[1]).toBe(
      "    2 differences -> in order since: 2 differences, changed by alice",
    );
  });

  it("says who froze and thawed the link, and what the hand noted", () => {
    const freeze = changeAt(AT, "1", { kind: "freeze", after: null, reasons: ["a move of the gateway"] });
    expect(sayHistory([freeze], moment)[0]).toContain("froze the link: a move of the gateway");
    const thaw = changeAt(AT, "2", { kind: "thaw", before: { frozen: "a move" }, after: null, reasons: [] });
    expect(sayHistory([thaw], moment)[1]).toBe("    frozen: a move");
    const after = { act: "tunnels.reset", outcome: "resetting", notedAt: NOW };
    const note = changeAt(AT, "3", { kind: "hand-note", after, reasons: [] });
    expect(sayHistory([note], moment)[1]).toBe("    tunnels.reset: resetting");
  });
});

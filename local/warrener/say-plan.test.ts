import { describe, expect, it } from "vitest";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { sayPlan } from "./say-plan.ts";
import { context, NOW, planned } from "./test-plans.ts";

const certificate = "bunny-client";
const said = (one: PlannedOrNot) => sayPlan([one], context)[0]?.replace(`${certificate}: `, "");
const due = (change: Planned["change"]) => said(planned({ change, nextAt: NOW }));

describe("sayPlan, of what is not planned", () => {
  it("says of a failed reading who is to act", () => {
    const failed = { certificate, outcome: "failed", operation: "certificates.observe" } as const;
    expect(said({ ...failed, code: "unreachable", retryable: true })).toBe(
      "it could not be read: certificates.observe failed with unreachable. The next run tries again.",
    );
    expect(said({ ...failed, code: "fault", retryable: false })).toMatch(
      /with fault. A person should look.$/,
    );
  });

  it("says why the hand refuses", () => {
    expect(said({ certificate, outcome: "refused", reason: "other-link", detail: "digest 12" })).toBe(
      "nothing can be done: other-link, digest 12.",
    );
  });

  it("says that the function does not know the certificate", () => {
    expect(said({ certificate, outcome: "unknown-certificate" })).toMatch(
      /was it deployed from this link\?$/,
    );
  });

  it.each([
    ["ca-not-active", "the CA is not active"],
    ["lifetime-over-short-lived-ca", "the CA is a short-lived one, and signs for 7 days at most"],
    ["outlives-ca", "it would end after its CA"],
    ["reason-to-come", "reason-to-come"],
  ])("says of the refusal %s what is in the way", (reason, words) => {
    expect(said(planned({ refusal: { reason } }))).toBe(
      `nothing is requested, because ${words}. A person must act.`,
    );
  });
});

describe("sayPlan", () => {
  it("says of what is settled when there is something to do", () => {
    expect(said(planned())).toBe("no change is due before 2026-11-24 08:00:00 UTC, in 3 days.");
  });

  it("says what the next run requests, why, and by when", () => {
    expect(due({ kind: "request", reason: "renewal-due" })).toBe(
      "the next run, within 15 minutes, requests a new certificate, has it signed and merges it: renewal due.",
    );
  });

  it("says why a request is dropped, with its details", () => {
    expect(
      due({ kind: "drop-request", reasons: ["other-key", "asks-for-more"], details: ["an extra name"] }),
    ).toBe(
      "the next run, within 15 minutes, drops the request that waits in the vault: it asked for another kind of key than the link's; it asked for more than the link does; an extra name.",
    );
  });

  it.each([
    [{ kind: "new" } as const, "has the request signed that waits in the vault, and merges it"],
    [{ kind: "resume" } as const, "goes on with a signature that an earlier run asked for, and merges it"],
    [
      { kind: "resume", certificateArn: "arn:aws:acm-pca:x" } as const,
      "merges the certificate that was issued already",
    ],
  ])("says how it goes on with %j", (intent, words) => {
    expect(due({ kind: "sign-and-merge", intent })).toBe(`the next run, within 15 minutes, ${words}.`);
  });

  it("says nothing of a staged certificate where none is", () => {
    expect(said(planned({ promotion: { kind: "in-step" } }))).toBe(said(planned()));
  });

  it("says that relay's staged one is served by the next run, and why", () => {
    expect(said(planned({ promotion: { kind: "promote", reason: "loaded" } }))).toMatch(
      / The staged one: the next run, within 15 minutes, has relay serve it, because every replica has loaded it\.$/,
    );
  });

  it("says what relay's staged one waits for, and for whom", () => {
    const hold = { kind: "hold", reason: "replicas-behind", behind: ["relay-0", "relay-2"] } as const;
    expect(said(planned({ promotion: { ...hold, behind: [...hold.behind] } }))).toMatch(
      / The staged one waits: not every replica has loaded it \(behind: relay-0, relay-2\)\.$/,
    );
    expect(said(planned({ promotion: { kind: "hold", reason: "no-replica-heard", behind: [] } }))).toMatch(
      / The staged one waits: no replica was heard of lately\.$/,
    );
  });

  it("says what the request that is planned has revoked", () => {
    const orphan = { serial: "9f", certificateArn: "arn:aws:acm-pca:x", notAfter: NOW + 60 };
    const change = { kind: "request", reason: "renewal-due" } as const;
    expect(said(planned({ change, orphans: [orphan] }))).toMatch(
      / It has 9f revoked, which was issued and never merged\.$/,
    );
  });

  it("has a line for each certificate, in the order of the answer", () => {
    const lines = sayPlan([planned({ certificate: "b" }), planned({ certificate: "a" })], context);
    expect(lines.map((line) => line.slice(0, 3))).toEqual(["b: ", "a: "]);
  });

  it("lets no control character of a stranger's request reach the terminal", () => {
    const line = due({
      kind: "drop-request",
      reasons: [],
      details: ["\u001b[2J\nbunny-client: all is well"],
    });
    expect(line).toContain("\\u001b[2J\\u000abunny-client");
  });
});

import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { linkWith } from "../../local/model/link.ts";
import type { CertificateView } from "./certificate-conditions.ts";
import { type ConditionsInput, planCertificateConditions } from "./conditions.ts";
import { bunnyCertificates } from "./desired.ts";
import type { Outcome } from "./report.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import { NO_TROUBLES } from "./troubles.ts";

const NOW = START;
const DAY = 86_400;
const [desired] = bunnyCertificates(linkWith({}));
if (desired === undefined) throw new Error("a link without a certificate");
const certificate = desired.name;

const current = {
  ...{ version: "1", enabled: true, serial: "a1", notBefore: NOW - DAY, notAfter: NOW + 6 * DAY },
  ...{ createdAt: NOW - DAY, identity: desired.identity, key: desired.key, issuer: "a".repeat(64) },
};
const ENDING = { ...current, notAfter: NOW + DAY };
const settled = { certificate, outcome: "settled", proof: "seen", nextAt: NOW + DAY, changes: [] } as const;
const refused = (reason: string) => ({ certificate, outcome: "refused", reason, detail: "x" }) as const;
const operation = "certificates.observe";
const failed = { certificate, outcome: "failed", code: "unreachable", operation, retryable: true } as const;
const postponed = {
  certificate,
  outcome: "postponed",
  reason: "throttled",
  late: true,
  changes: [],
} as const;

const view = (outcome: Outcome, seen: CertificateView["current"] = current): CertificateView => ({
  desired,
  outcome,
  current: seen,
});
const unseen: CertificateView = { desired, outcome: failed, current: undefined };

const plan = (changes: Partial<ConditionsInput> = {}) =>
  planCertificateConditions({
    ...{ concern: "certificates", certificates: [], orders: [], unknownIssues: [], failure: null },
    ...{ troubles: NO_TROUBLES, now: NOW },
    ...changes,
  });
const keysOf = (changes: Partial<ConditionsInput>) => plan(changes).conditions.map(({ key }) => key);

const order = (changes: Partial<RevocationOrder> = {}): RevocationOrder => ({
  ...{ serial: "b2", certificate, reason: "SUPERSEDED", origin: "person", orderedBy: "alice" },
  ...{ orderedAt: NOW, state: "ordered" },
  ...changes,
});

describe("planCertificateConditions, of a certificate", () => {
  it("tells nothing of one that needs nothing, however near its end", () => {
    expect(plan({ certificates: [view(settled), view(settled, ENDING)] })).toEqual({
      conditions: [],
      complete: true,
      troubles: NO_TROUBLES,
    });
  });

  it("tells nothing of one that a later run goes on with in time", () => {
    for (const outcome of [postponed, { certificate, outcome: "signing", late: false, changes: [] } as const])
      expect(plan({ certificates: [view(outcome)] })).toMatchObject({ conditions: [], complete: true });
  });

  it.each<[string, Outcome, string]>([
    ["postponed", postponed, "postponed: throttled"],
    ["refused", refused("ca-not-active"), "refused: ca-not-active"],
    ["failed", failed, "failed: certificates.observe, unreachable"],
    ["frozen", { certificate, outcome: "frozen", change: "request", changes: [] }, "frozen"],
    ["still being signed", { certificate, outcome: "signing", late: true, changes: [] }, "signing"],
  ])("tells that the renewal of one is late that is %s, and why", (_what, outcome, why) => {
    const { conditions } = plan({ certificates: [view(outcome, ENDING)] });
    expect(conditions.find(({ key }) => key === "certificate:bunny-client:late")).toMatchObject({
      severity: "warning",
      title: "bunny-client: its renewal is late",
      facts: [{ label: "Ends" }, { label: "Why", value: why }],
    });
  });

  it.each([
    ["that has ended", { ...current, notAfter: NOW }, "critical"],
    ["that somebody disabled near its end", { ...ENDING, enabled: false }, "critical"],
    ["that is not there yet", null, "warning"],
  ])("tells of one %s", (_what, seen, severity) => {
    expect(plan({ certificates: [view(postponed, seen)] }).conditions).toMatchObject([
      { key: "certificate:bunny-client:late", severity },
    ]);
  });

  it("does not call late what it could not see, and does not call it over either", () => {
    expect(plan({ certificates: [unseen] })).toMatchObject({
      conditions: [],
      complete: false,
    });
  });

  it("tells of one that is refused or does not settle, with the reason", () => {
    expect(plan({ certificates: [view(refused("outlives-ca"))] }).conditions).toMatchObject([
      {
        key: "certificate:bunny-client:refused",
        facts: [
          { label: "Reason", value: "outlives-ca" },
          { label: "Detail", value: "x" },
        ],
      },
    ]);
    const unsettled = { certificate, outcome: "unsettled", changes: [] } as const;
    expect(keysOf({ certificates: [view(unsettled)] })).toEqual(["certificate:bunny-client:refused"]);
  });

  it("tells of one whose use was not seen in time, and does not know of one whose use could not be looked for", () => {
    expect(plan({ certificates: [view({ ...settled, proof: "overdue" })] })).toMatchObject({
      conditions: [{ key: "certificate:bunny-client:not-proven", since: current.createdAt }],
      complete: true,
    });
    expect(plan({ certificates: [view({ ...settled, proof: "unknown" })] })).toMatchObject({
      conditions: [],
      complete: false,
    });
  });
});

describe("planCertificateConditions, of what keeps it from looking", () => {
  const otherLink = [view(refused("other-link"))];

  it("tells that the halves differ once that has lasted a quarter of an hour, and closes nothing meanwhile", () => {
    const first = plan({ certificates: otherLink });
    expect(first).toMatchObject({ conditions: [], complete: false, troubles: { otherLinkSince: NOW } });
    const { troubles } = first;
    expect(keysOf({ certificates: otherLink, troubles, now: NOW + 600 })).toEqual([]);
    expect(plan({ certificates: otherLink, troubles, now: NOW + 900 })).toMatchObject({
      conditions: [{ key: "certificates:other-link", severity: "warning", since: NOW }],
      complete: false,
    });
    expect(plan({ certificates: [view(settled)], troubles, now: NOW + 900 })).toEqual({
      conditions: [],
      complete: true,
      troubles: NO_TROUBLES,
    });
  });

  it("tells that calls fail once that has lasted a quarter of an hour, of which certificates", () => {
    const certificates = [unseen, view(settled)];
    const { troubles } = plan({ certificates });
    expect(troubles).toEqual({ otherLinkSince: null, failingSince: NOW });
    expect(plan({ certificates, troubles, now: NOW + 900 }).conditions).toMatchObject([
      {
        key: "certificates:failing",
        title: "1 of 2 certificates cannot be looked after",
        facts: [{ label: "bunny-client", value: "certificates.observe: unreachable" }],
        since: NOW,
      },
    ]);
  });

  it("tells the same of a run that could look at none, and keeps what was in the way before", () => {
    const failure = { operation: "DescribeCertificateAuthority", code: "unreachable" };
    const troubles = { otherLinkSince: NOW - 60, failingSince: NOW - 900 };
    expect(plan({ failure, troubles })).toMatchObject({
      conditions: [
        { key: "certificates:failing", facts: [{ value: "DescribeCertificateAuthority: unreachable" }] },
      ],
      complete: false,
      troubles,
    });
  });
});

describe("planCertificateConditions, of orders to revoke", () => {
  it.each([
    ["fails", order(), { failed: "AccessDenied" }, "warning"],
    ["waits for a person", order(), "use-left-to-a-person", "warning"],
    [
      "is for a key that others have known for an hour",
      order({ reason: "KEY_COMPROMISE", orderedAt: NOW - 3_600 }),
      "not-settled",
      "critical",
    ],
  ] as const)("tells of one that %s", (_what, stuck, waitsFor, severity) => {
    expect(plan({ orders: [{ order: stuck, waitsFor }] }).conditions).toMatchObject([
      { key: "revocation:b2", severity, since: stuck.orderedAt },
    ]);
  });

  it("tells nothing of one that waits for what comes by itself", () => {
    const orders = [
      { order: order({ orderedAt: NOW - 30 * DAY }), waitsFor: "replacement-not-merged" },
      {
        order: order({ reason: "KEY_COMPROMISE", orderedAt: NOW - 3_599 }),
        waitsFor: "replacement-not-merged",
      },
    ] as const;
    expect(keysOf({ orders })).toEqual([]);
  });
});

describe("planCertificateConditions, of strangers' certificates", () => {
  const issue = {
    ...{ certificate, serial: "c3", certificateArn: "arn:x", notAfter: NOW + DAY },
    ...{ foundAt: NOW, reason: "no intent for its key" },
  };

  it("tells of one until it has ended", () => {
    expect(plan({ unknownIssues: [issue] }).conditions).toMatchObject([
      { key: "certificate:bunny-client:unknown-issue", severity: "critical", since: NOW },
    ]);
    expect(plan({ unknownIssues: [issue], now: NOW + DAY })).toMatchObject({
      conditions: [],
      complete: true,
    });
  });

  it("closes nothing when it could not read what there is", () => {
    expect(plan({ unknownIssues: null })).toMatchObject({ conditions: [], complete: false });
  });
});

import { describe, expect, it } from "vitest";
import type { Intent } from "../../shared/certificates/schema.ts";
import type { OpenOrder } from "./open-matters.ts";
import type { PlannedOrNot } from "./plan-answer.ts";
import { NO_KEYS } from "./read-keys.ts";
import { sayStatus, standingOf } from "./say-status.ts";
import type { Standing } from "./standing.ts";
import { GROUP, report, stands } from "./test-groups.ts";
import { context, NOW, nothingOpen, planned } from "./test-plans.ts";

const failed = {
  certificate: "broken",
  outcome: "failed",
  operation: "certificates.observe",
  code: "unreachable",
  retryable: true,
} as const;
const { current } = planned();
const request = { kind: "request", reason: "renewal-due" } as const;

describe("standingOf", () => {
  it.each<[string, PlannedOrNot, Standing]>([
    ["what could not be read", failed, "trouble"],
    ["what the hand refuses", { certificate: "a", outcome: "refused", reason: "r", detail: "d" }, "trouble"],
    ["what the function does not know", { certificate: "a", outcome: "unknown-certificate" }, "trouble"],
    ["a refusal of the brain", planned({ refusal: { reason: "outlives-ca" } }), "trouble"],
    ["a use that was not seen in time", planned({ proof: "overdue" }), "trouble"],
    ["a use that could not be looked for", planned({ proof: "unknown" }), "trouble"],
    ["one that ended this second", planned({ current: current && { ...current, notAfter: NOW } }), "trouble"],
    ["one that is disabled", planned({ current: current && { ...current, enabled: false } }), "trouble"],
    [
      "one that ended, which relay still serves",
      planned({ served: current && { ...current, notAfter: NOW } }),
      "trouble",
    ],
    ["a change to come", planned({ change: request }), "due"],
    ["a first certificate to come", planned({ current: null, change: request }), "due"],
    ["a use that is waited for", planned({ proof: "awaited" }), "ok"],
    ["a use that a person proves", planned({ proof: "manual" }), "ok"],
    ["one that is in use", planned(), "ok"],
  ])("tells of %s", (_case, one, standing) => {
    expect(standingOf(one, NOW)).toBe(standing);
  });
});

describe("sayStatus", () => {
  const say = (...certificates: PlannedOrNot[]) =>
    sayStatus(
      { certificates, groups: [], keys: NO_KEYS, callers: null, unanswered: [], open: nothingOpen },
      context,
    );

  it("says in a line how one stands that is well", () => {
    expect(say(planned())).toEqual([
      "OK       bunny-client  ends in 6 days, 2026-11-27 08:00:00 UTC; serial ab12; seen in use; renewal in 3 days",
    ]);
  });

  it("says trouble first, then what is due, then the others, each by name", () => {
    const lines = say(
      planned({ certificate: "ok-b" }),
      planned({ certificate: "due", change: request }),
      failed,
      planned({ certificate: "ok-a" }),
    );
    const starts = lines.filter((line) => !line.startsWith(" ")).map((line) => line.split(/ +/).slice(0, 2));
    expect(starts).toEqual([
      ["TROUBLE", "broken"],
      ["DUE", "due"],
      ["OK", "ok-a"],
      ["OK", "ok-b"],
    ]);
  });

  it("says below its line what comes next for one that is not settled", () => {
    expect(say(planned({ change: request, nextAt: NOW }))).toEqual([
      "DUE      bunny-client  ends in 6 days, 2026-11-27 08:00:00 UTC; serial ab12; seen in use",
      "                       the next run, within 15 minutes, requests a new certificate, has it signed and merges it: renewal due.",
    ]);
  });

  it("says of one that has ended, was disabled, or is not there yet, that it is so", () => {
    const ended = planned({ current: current && { ...current, notAfter: NOW - 60, enabled: false } });
    expect(say(ended)[0]).toMatch(/ ended 1 minute ago, .*; serial ab12, disabled by somebody; seen in use$/);
    const none = planned({ current: null, change: request, proof: "not-needed" });
    expect(say(none)[0]).toBe("DUE      bunny-client  there is none yet");
  });

  it("says of a staged one what it waits for, though all is well", () => {
    const promotion = { kind: "hold", reason: "replicas-behind", behind: ["relay-1"] } as const;
    const lines = say(planned({ promotion: { ...promotion, behind: [...promotion.behind] } }));
    expect(lines[0]).toMatch(/^OK /);
    expect(lines[1]).toMatch(/The staged one waits: .*relay-1/);
  });

  it("says below them what else is open: orders, unknown outcomes, and what was not told", () => {
    const order: OpenOrder = {
      serial: "9f",
      certificate: "bunny-client",
      reason: "SUPERSEDED",
      origin: "person",
      orderedBy: "arn:aws:sts::111122223333:assumed-role/operator/alice",
      orderedAt: NOW - 60,
      state: "ordered",
      prospect: "It is revoked by the first run that sees its replacement in use.",
    };
    const unknown: Intent = {
      certificate: "bunny-client",
      csrDigest: "a".repeat(64),
      publicKeyDigest: "b".repeat(64),
      idempotencyToken: "c".repeat(32),
      notAfter: NOW + 86_400,
      createdAt: NOW - 3_600,
      state: "outcome-unknown",
    };
    const untold = { count: 2, more: false, oldestAt: "2026-11-21T07:59:00.500Z" };
    const open = { ...nothingOpen, orders: [order], unknown: [unknown], untold };
    const lines = sayStatus(
      { certificates: [planned()], groups: [], keys: NO_KEYS, callers: null, unanswered: [], open },
      context,
    );
    expect(lines.slice(1)).toEqual([
      "",
      "bunny-client: An order to revoke 9f stands, for SUPERSEDED, by arn:aws:sts::111122223333:assumed-role/operator/alice at 2026-11-21 07:59:00 UTC. It is revoked by the first run that sees its replacement in use.",
      "bunny-client: A signature was asked for at 2026-11-21 07:00:00 UTC, and nobody knows whether it was given. Its request is dropped, so nothing uses the key; a certificate would end 2026-11-22 08:00:00 UTC, in 1 day, and its serial is not known.",
      "2 changes wait to be told on the bus, since 2026-11-21 07:59:00 UTC, 1 minute ago: the next run tells them.",
    ]);
  });

  it("shows groups of rules among them, what waits for a person before what is due", () => {
    const first = report({ withheld: { because: "first-met", changes: [] } });
    const certificates = [planned({ change: request })];
    const groups = [stands(report()), stands(first, { ...GROUP, name: "new" })];
    const lines = sayStatus(
      { certificates, groups, keys: NO_KEYS, callers: null, unanswered: [], open: nothingOpen },
      context,
    );
    expect(lines.map((line) => line.slice(0, 21))).toEqual([
      "WAITS    new         ",
      "DUE      bunny-client",
      "                     ",
      "OK       relay       ",
    ]);
    expect(lines[3]).toBe("OK       relay         security group. In order.");
  });

  it("lets no control character of a cloud's answer reach the terminal", () => {
    const lines = say({ certificate: "a", outcome: "refused", reason: "r", detail: "d\u001b[31m\r\nOK  a" });
    expect(lines).toEqual(["TROUBLE  a  nothing can be done: r, d\\u001b[31m\\u000d\\u000aOK  a."]);
  });
});

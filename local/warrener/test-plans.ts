/** Answers of a function for tests. */
import type { ChangeRecord } from "../../shared/journal/change.ts";
import { changeAt } from "../../shared/journal/test-changes.ts";
import type { OpenMatters } from "./open-matters.ts";
import type { Planned } from "./plan-answer.ts";
import type { PlanContext } from "./say-plan.ts";

/** 2026-11-21T08:00:00Z. */
export const NOW = 1_795_248_000;
const DAY = 86_400;

export const context: PlanContext = { now: NOW, timeZone: "UTC", checkEverySeconds: 900 };

const current: NonNullable<Planned["current"]> = {
  version: "v1",
  enabled: true,
  serial: "ab12",
  notBefore: NOW - DAY,
  notAfter: NOW + 6 * DAY,
  createdAt: NOW - DAY,
  identity: { commonName: "bunny.example.com", dnsNames: ["bunny.example.com"] },
  key: { type: "EC", curve: "P-256" },
  issuer: "a".repeat(64),
};

/** What is current is what is served, unless `changes` say otherwise. */
export const planned = (changes: Partial<Planned> = {}): Planned => ({
  certificate: "bunny-client",
  outcome: "planned",
  current,
  served: changes.current === undefined ? current : changes.current,
  pending: false,
  intent: null,
  change: null,
  refusal: null,
  waits: null,
  nextAt: NOW + 3 * DAY,
  proof: "seen",
  seenAt: NOW - DAY + 60,
  promotion: null,
  orphans: [],
  ...changes,
});

export const nothingOpen: OpenMatters = {
  unknown: [],
  orders: [],
  cut: false,
  untold: { count: 0, more: false, oldestAt: null },
};

/** How `planned` came to be, the newest first. */
export const history: readonly ChangeRecord[] = [
  changeAt("2026-11-20T08:00:02.000Z", "v1", {
    kind: "merge",
    before: { serial: "9f", notAfter: NOW + 14_400, requestId: "r1" },
    after: { serial: "ab12", version: "v1", notAfter: NOW + 6 * DAY },
    reasons: [],
  }),
  changeAt("2026-11-20T08:00:01.000Z", "arn", { reasons: [] }),
  changeAt("2026-11-20T08:00:00.000Z", "r1", {
    kind: "request",
    before: { serial: "9f", notAfter: NOW + 14_400 },
    after: { requestId: "r1" },
    reasons: ["renewal-due"],
  }),
];

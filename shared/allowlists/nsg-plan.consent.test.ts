import { describe, expect, it } from "vitest";
import { wishDigest } from "./consent.ts";
import {
  ALLOW,
  BUNNY,
  deny,
  END,
  groupOf,
  NOW,
  OFFICE,
  OPEN,
  observe,
  planOf,
  rule,
  written,
} from "./test-nsg-plan.ts";

describe("planNetworkSecurityGroup with consent", () => {
  const office = observe("office", 201, { sourceAddressPrefix: "192.0.2.0/24" });
  const shrunk = { consent: { lastApplied: [BUNNY, OFFICE] } };

  it("holds what the link no longer wants when shrinkMax is zero, and closes the rest", () => {
    const plan = planOf([ALLOW, office, OPEN, END], shrunk);
    expect(written(plan)).toEqual(["delete open: unwanted"]);
    expect(plan.awaitingConsent).toEqual([OFFICE]);
  });

  it("keeps the held part of a rule that is too wide, and closes the rest of it", () => {
    const wide = observe("wide", 201, { sourceAddressPrefix: "192.0.0.0/16" });
    const plan = planOf([ALLOW, wide, END], shrunk);
    expect(written(plan)).toEqual(["allow at 1000: missing", "delete wide: unwanted"]);
    expect(plan.awaitingConsent).toEqual([OFFICE]);
  });

  it("does not open again what the link no longer wants", () => {
    expect(planOf([ALLOW, END], shrunk)).toMatchObject({ changes: [], awaitingConsent: [] });
    const half = observe("half", 201, { sourceAddressPrefix: "192.0.2.0/25" });
    expect(planOf([ALLOW, half, END], shrunk)).toMatchObject({ changes: [], awaitingConsent: [OFFICE] });
  });

  it("asks for no consent to what a Deny has closed already", () => {
    const closed = deny("closed", 150, { sourceAddressPrefix: "192.0.2.0/24" });
    const plan = planOf([ALLOW, closed, office, END], shrunk);
    expect(written(plan)).toEqual(["delete office: unwanted"]);
    expect(plan.awaitingConsent).toEqual([]);
  });

  it("closes it once this very wish is accepted, or as many as shrinkMax", () => {
    const closing = ["delete office: unwanted"];
    const accepted = { ...shrunk.consent, accepted: wishDigest(groupOf()) };
    expect(written(planOf([ALLOW, office, END], { consent: accepted }))).toEqual(closing);
    expect(written(planOf([ALLOW, office, END], { consent: { ...shrunk.consent, shrinkMax: 1 } }))).toEqual(
      closing,
    );
    expect(
      planOf([ALLOW, office, END], { consent: { ...shrunk.consent, accepted: "older" } }).changes,
    ).toEqual([]);
  });

  it.each([
    ["report-mode", { group: { mode: "report" } }],
    ["first-met", { consent: { lastApplied: null } }],
  ] as const)("only tells what it would do: %s", (because, given) => {
    const plan = planOf([ALLOW, OPEN, END], given);
    expect(plan).toMatchObject({ changes: [], isMore: false, drift: [{ kind: "open" }] });
    expect(plan.withheld).toMatchObject({ because, changes: [{ kind: "delete", name: "open" }] });
  });

  it("opens an exception while it lasts, and closes it without being asked when it is over", () => {
    const exception = { rule: OFFICE, author: "alice", reason: "move", until: NOW + 60 };
    const during = planOf([ALLOW, END], { group: { exceptions: [exception] } });
    expect(written(during)).toEqual(["allow at 1000: missing"]);
    expect(during).toMatchObject({ nextAt: NOW + 60, drift: [{ kind: "closed", exception }] });
    const after = planOf([ALLOW, office, END], { group: { exceptions: [{ ...exception, until: NOW }] } });
    expect(written(after)).toEqual(["delete office: unwanted"]);
    expect(after.drift).toMatchObject([{ kind: "open", reason: "exception-over" }]);
  });

  it("closes at its end what was wanted for good before it was an exception, and holds what was none", () => {
    const exceptions = [{ rule: OFFICE, author: "alice", reason: "move", until: NOW }];
    const plan = planOf([ALLOW, office, END], { group: { exceptions }, ...shrunk });
    expect(written(plan)).toEqual(["delete office: unwanted"]);
    expect(plan.awaitingConsent).toEqual([]);
    const other = rule("192.0.3.0/24");
    const there = observe("other", 202, { sourceAddressPrefix: "192.0.3.0/24" });
    const consent = { lastApplied: [BUNNY, OFFICE, other] };
    const held = planOf([ALLOW, office, there, END], { group: { exceptions }, consent });
    expect(written(held)).toEqual(["delete office: unwanted"]);
    expect(held.awaitingConsent).toEqual([other]);
  });

  it("meets a group for the first time whose kept consent names none, unless it is in order", () => {
    const consent = { isOfUnknownScope: true };
    expect(planOf([ALLOW, END], { consent }).withheld).toBeNull();
    expect(planOf([ALLOW, OPEN, END], { consent })).toMatchObject({
      changes: [],
      withheld: { because: "first-met" },
    });
    // Nothing could be done about this one, and it is not in order all the same.
    const full = { consent, rulesMax: 1, group: { own: "marked" } } as const;
    expect(planOf([OPEN], full)).toMatchObject({
      changes: [],
      troubles: [{ kind: "group-full", rule: BUNNY }],
      withheld: { because: "first-met", changes: [] },
    });
  });
});

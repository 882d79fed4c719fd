import { describe, expect, it } from "vitest";
import { allowlistsReport } from "./conditions.ts";
import { type AllowlistMemory, isNews, type Looked, lookOf, NO_MEMORY, rememberLooked } from "./memory.ts";
import { MEMORY_BYTES_MAX } from "./memory-size.ts";
import { findRevertWars } from "./revert-war.ts";
import { AT, actor, closedFor, closeOf, driftOf, report, seenOf, textOf } from "./test-reports.ts";

const GROUPS = ["loader", "relay"];
const take = (looked: Partial<Looked>, memory: AllowlistMemory = NO_MEMORY, groups = GROUPS) =>
  rememberLooked(memory, groups, { reports: [], unread: [], now: AT, ...looked });
const keysOf = (memory: AllowlistMemory, now = AT, groups = GROUPS) =>
  allowlistsReport(memory, groups, now).conditions.map(({ key }) => key);
const blocked = (more: Parameters<typeof report>[0] = {}) =>
  report({ troubles: [{ kind: "blocked", rules: [textOf(443)] }], ...more });

describe("rememberLooked", () => {
  it("knows when a group was looked at, when it was in order, and when to look again", () => {
    const first = take({ reports: [report({ nextAt: AT + 90 })] });
    expect(lookOf(first, "relay")).toMatchObject({ lookedAt: AT, inOrderAt: AT, nextAt: AT + 90 });
    expect(lookOf(first, "loader")).toMatchObject({ lookedAt: null, inOrderAt: null });
    const later = take({ reports: [report({ at: AT + 60, drift: [driftOf(22, null)] })] }, first);
    expect(lookOf(later, "relay")).toMatchObject({ lookedAt: AT + 60, inOrderAt: AT, nextAt: null });
  });

  it("does not take a group for in order that is not there, full, or not accepted", () => {
    const withheld = { because: "first-met" as const, changes: [] };
    for (const one of [blocked(), report({ withheld })])
      expect(lookOf(take({ reports: [one] }), "relay").inOrderAt).toBeNull();
  });

  it("goes by a group's last look, and leaves alone what holds of others", () => {
    const first = take({ reports: [blocked(), blocked({ group: "loader" })] });
    expect(keysOf(first)).toEqual(["allowlist:loader:blocked", "allowlist:relay:blocked"]);
    const second = take({ reports: [report({ at: AT + 60 })] }, first);
    expect(keysOf(second)).toEqual(["allowlist:loader:blocked"]);
    expect(keysOf(take({ reports: [blocked({ at: AT + 30 })] }, second))).toEqual([
      "allowlist:loader:blocked",
    ]);
    expect(keysOf(take({}, second, ["relay"]), AT, ["relay"])).toEqual([]);
  });

  it("tells of a group that could not be read for a quarter of an hour, until it is read", () => {
    const unread = [{ group: "relay", code: "Unavailable" }];
    const first = take({ unread });
    const second = take({ unread, now: AT + 899 }, first);
    expect(keysOf(second, AT + 899)).toEqual([]);
    expect(allowlistsReport(second, GROUPS, AT + 900).conditions).toMatchObject([
      { key: "allowlists:unread", severity: "warning", facts: [{ label: "relay", value: "Unavailable" }] },
    ]);
    // A note of a look before it failed says nothing of how it is now.
    expect(keysOf(take({ reports: [report({ at: AT - 1 })] }, second), AT + 900)).toEqual([
      "allowlists:unread",
    ]);
    expect(keysOf(take({ reports: [report({ at: AT + 900 })] }, second), AT + 900)).toEqual([]);
  });

  it("closes nothing before every group was looked at, but for one that cannot be read for an hour", () => {
    const isWhole = (memory: AllowlistMemory, now = AT) => allowlistsReport(memory, GROUPS, now).complete;
    const relay = take({ reports: [report()] });
    expect(isWhole(relay)).toBe(false);
    expect(isWhole(take({ reports: [report({ group: "loader" })] }, relay))).toBe(true);
    const unread = take({ unread: [{ group: "loader", code: "Unavailable" }] }, relay);
    expect([isWhole(unread, AT + 3_599), isWhole(unread, AT + 3_600)]).toEqual([false, true]);
  });

  it("tells an exception that is over for a minute, once, and who had asked for it", () => {
    const exception = { author: "carol", reason: "a move", until: AT - 1 };
    const drift = [driftOf(22, null, { reason: "exception-over", certainty: "link", exception })];
    const memory = take({ reports: [report({ drift })] });
    const [condition] = allowlistsReport(memory, GROUPS, AT).conditions;
    expect(condition).toMatchObject({
      severity: "notice",
      since: AT - 1,
      runbook: "allowlist-exception-over",
    });
    expect(condition?.key).toMatch(/^allowlist:relay:exception:[0-9a-f]{16}$/);
    expect(condition?.facts.map(({ value }) => value)).toEqual(
      expect.arrayContaining([textOf(22), "carol", "a move", "2026-11-21T07:59:59Z"]),
    );
    expect(keysOf(take({ now: AT + 60 }, memory))).toEqual([]);
    expect(keysOf(take({ reports: [report({ drift })], now: AT + 61 }, memory))).toEqual([]);
  });
});

describe("rememberLooked of an exception that is over", () => {
  const exception = { author: "carol", reason: "a move", until: AT - 100 };
  const drift = [driftOf(22, null, { reason: "exception-over", certainty: "link", exception })];
  const again = (inOrderAt: number) =>
    keysOf(take({ reports: [report({ drift })] }, take({ reports: [report({ at: inOrderAt })] })));

  it("takes it for somebody's doing when it was seen closed since", () => {
    expect(again(AT - 50)).toEqual([expect.stringMatching(/^allowlist:healed:/)]);
    expect(again(AT - 101)).toEqual([expect.stringMatching(/^allowlist:relay:exception:/)]);
  });
});

describe("rememberLooked of what is not put right", () => {
  const GROUP = ["relay"];
  const one = (more: Parameters<typeof report>[0]) => report({ isMore: true, ...more });
  const left = (change: string | null) => [driftOf(22, change, { isHealed: false })];
  const alice = [seenOf("one", "alice", [22])];
  const factsOf = (memory: AllowlistMemory, now: number, key: string) =>
    allowlistsReport(memory, GROUP, now)
      .conditions.filter((condition) => condition.key === key)
      .map(({ facts }) => Object.fromEntries(facts.map(({ label, value }) => [label, value])));
  const next = (memory: AllowlistMemory, at: number, more: Parameters<typeof report>[0]) =>
    take({ reports: [one({ at, ...more })], now: at }, memory, GROUP);

  it("goes on naming who did it while it stands, and nobody once it was gone", () => {
    const withheld = { because: "report-mode" as const, changes: [] };
    const first = next(NO_MEMORY, AT, { drift: left("one"), seen: alice, withheld });
    const second = next(first, AT + 900, { drift: left(null), withheld });
    const key = "allowlist:relay:report";
    expect(factsOf(second, AT + 900, key)).toMatchObject([{ Who: "user alice", From: "203.0.113.7" }]);
    const third = next(next(second, AT + 1_000, {}), AT + 1_800, { drift: left(null), withheld });
    expect(factsOf(third, AT + 1_800, key)).toMatchObject([{ Who: "actor unknown" }]);
  });

  it("tells what could not be put right for longer than a sweep, and who did it", () => {
    const key = "allowlist:relay:unhealed";
    const first = next(NO_MEMORY, AT, { drift: left("one"), seen: alice });
    expect(factsOf(first, AT, key)).toEqual([]);
    const again = next(first, AT + 300, { drift: left(null) });
    expect(factsOf(again, AT + 300, key)).toEqual([]);
    const second = next(again, AT + 900, { drift: left(null) });
    expect(allowlistsReport(second, GROUP, AT + 900).conditions).toMatchObject([
      { key, severity: "critical", since: AT, runbook: "allowlist-not-put-right" },
    ]);
    expect(factsOf(second, AT + 900, key)).toMatchObject([
      { Still: `open: ${textOf(22)}`, Who: "user alice" },
    ]);
    expect(factsOf(next(second, AT + 1_000, {}), AT + 1_000, key)).toEqual([]);
  });

  it("tells by itself only what nothing else tells", () => {
    const change = { kind: "close" as const, rule: textOf(22), reason: "unwanted" };
    const told = (more: Parameters<typeof report>[0]) =>
      keysOf(
        next(next(NO_MEMORY, AT, { drift: left(null), ...more }), AT + 900, { drift: left(null), ...more }),
        AT + 900,
        GROUP,
      );
    const failures = (isLasting: boolean) => [{ change, code: "Denied", isLasting }];
    expect(told({ failures: failures(true) })).toEqual(["allowlist:relay:failed"]);
    expect(told({ failures: failures(false) })).toEqual([
      "allowlist:relay:unhealed",
      "allowlist:relay:failed",
    ]);
    expect(told({ troubles: [{ kind: "cannot-close", rules: [textOf(22)] }] })).toEqual([
      "allowlist:relay:open",
    ]);
    expect(told({ withheld: { because: "frozen", changes: [] } })).toEqual(["allowlist:relay:frozen"]);
  });

  it("says who deleted a group, as long as it is not there", () => {
    const troubles = [{ kind: "no-such-group" as const, rules: [] }];
    const what = { added: [], removed: [], touched: [], isComplete: false };
    const seen = [seenOf("two", "mallory", [], { call: "DeleteSecurityGroup", what })];
    const first = next(NO_MEMORY, AT, { troubles, seen });
    const second = next(first, AT + 900, { troubles });
    for (const memory of [first, second])
      expect(factsOf(memory, AT + 900, "allowlist:relay:missing-group")).toMatchObject([
        { Who: "user mallory", With: "console" },
      ]);
  });

  it("names who made what blocks a wanted rule, or what a write failed to put right", () => {
    const failures = [{ change: closeOf(driftOf(22, null)), code: "Denied", isLasting: true }];
    const troubles = [{ kind: "blocked" as const, rules: [textOf(22)] }];
    const memory = next(NO_MEMORY, AT, { drift: left("one"), seen: alice, failures, troubles });
    for (const what of ["failed", "blocked"])
      expect(factsOf(memory, AT, `allowlist:relay:${what}`)).toMatchObject([{ Who: "user alice" }]);
  });
});

describe("isNews", () => {
  const memory = take({ reports: GROUPS.map((group) => report({ group })) });

  it("is nothing for another look within a minute that finds nothing", () => {
    expect(isNews(memory, take({ reports: [report({ at: AT + 59 })] }, memory))).toBe(false);
    expect(isNews(memory, take({ reports: [report({ at: AT + 60 })] }, memory))).toBe(true);
  });

  it("is whatever is found, cannot be read, or is over", () => {
    const healed = closedFor(22, seenOf("one", "alice", [22]), { at: AT + 1 });
    const after = take({ reports: [healed] }, memory);
    expect(isNews(memory, after)).toBe(true);
    expect(isNews(memory, take({ reports: [blocked({ at: AT + 1 })] }, memory))).toBe(true);
    expect(isNews(memory, take({ reports: [report({ at: AT + 1, nextAt: AT + 9 })] }, memory))).toBe(true);
    expect(isNews(memory, take({ unread: [{ group: "relay", code: "Unavailable" }] }, memory))).toBe(true);
    expect(isNews(after, take({ now: AT + 61 }, after))).toBe(true);
  });
});

describe("the memory of a flood", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `group-${index}`);
  const long = (index: number) => ({
    ...actor(`${index}`),
    name: "x".repeat(290),
    key: `${index}${"y".repeat(500)}`,
  });
  const flood = (at: number) =>
    names.map((group, index) => {
      const seen = seenOf(`c${index}`, "alice", [22], { groups: [group], actor: long(index), at });
      const drift = Array.from({ length: 60 }, (_, port) => driftOf(port, seen.id));
      const troubles = [{ kind: "blocked" as const, rules: drift.map(({ rule }) => rule) }];
      return report({ group, at, drift, seen: [seen], troubles, done: drift.map(closeOf) });
    });

  it("fits into an item, keeps every look and a war, and closes nothing that it has forgotten", () => {
    const war = [0, 1, 2].map((ago) =>
      closedFor(3_389, seenOf(`w${ago}`, "mallory", [3_389]), { group: "group-7", at: AT - 100 - ago }),
    );
    const memory = take({ reports: flood(AT) }, take({ reports: war }, NO_MEMORY, names), names);
    expect(Buffer.byteLength(JSON.stringify(memory))).toBeLessThanOrEqual(MEMORY_BYTES_MAX);
    expect(memory.looks).toHaveLength(1_000);
    expect(findRevertWars(memory.heals, AT).map(({ rule }) => rule)).toContain(textOf(3_389));
    expect(allowlistsReport(memory, names, AT).complete).toBe(false);
    const one = take({ reports: [report({ group: "group-1", at: AT + 60 })], now: AT + 60 }, memory, names);
    expect(allowlistsReport(one, names, AT + 60).complete).toBe(false);
    const calm = names.map((group) => report({ group, at: AT + 900 }));
    const after = take({ reports: calm, now: AT + 900 }, memory, names);
    expect(after.cutAt).toBeNull();
    // Looked at in several runs, and one that cannot be read.
    const [last, ...others] = calm;
    const most = take({ reports: others.slice(0, 500), now: AT + 900 }, memory, names);
    const unread = [{ group: last?.group ?? "", code: "Unavailable" }];
    const rest = { reports: others.slice(500), unread, now: AT + 901 };
    const known = take(rest, most, names);
    expect(known.cutAt).not.toBeNull();
    expect(take({ now: AT + 4_501 }, known, names).cutAt).toBeNull();
    expect(allowlistsReport(after, names, AT + 900).complete).toBe(true);
  });
});

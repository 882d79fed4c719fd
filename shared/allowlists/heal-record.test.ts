import { describe, expect, it } from "vitest";
import { linkWith } from "../../local/testing/links.ts";
import { ChangeRecord } from "../journal/change.ts";
import { parseLink } from "../link/load.ts";
import { healRecord, type Maker } from "./heal-record.ts";
import { AT, closedFor, closeOf, driftOf, report, seenOf, textOf, WISH } from "./test-reports.ts";

const maker: Maker = { link: parseLink(linkWith({})), actor: "heal", requestIds: { lambda: "run-1" } };
const at = "2026-11-21T08:00:00.000Z";

describe("healRecord", () => {
  it("says what was closed, why, and who had opened it", () => {
    const record = healRecord(maker, closedFor(22, seenOf("one", "alice", [22])));
    expect(record).toMatchObject({
      kind: "heal",
      concern: "allowlists",
      target: "relay",
      before: { drift: 1 },
      after: {
        opened: 0,
        closed: 1,
        closedRules: textOf(22),
        who: "user alice",
        from: "203.0.113.7",
        with: "console",
        did: `added ${textOf(22)}`,
        observedAt: AT,
        wish: WISH,
      },
      reasons: ["unwanted"],
      actor: "heal",
      requestIds: { lambda: "run-1" },
    });
    expect(record?.after).not.toHaveProperty("openedRules");
  });

  it("is none of a look that wrote nothing", () => {
    expect(healRecord(maker, report())).toBeNull();
    expect(healRecord(maker, report({ drift: [driftOf(22, null, { isHealed: false })] }))).toBeNull();
  });

  it("says of a run that never told no more than what is in order since", () => {
    const drift = [driftOf(22, "one")];
    const settled = report({ drift, done: [], seen: [seenOf("one", "alice", [22])], begunUntil: AT + 1 });
    expect(healRecord(maker, settled)?.after).toMatchObject({ inOrderSince: 1, who: "user alice" });
    expect(healRecord(maker, settled)?.after).not.toHaveProperty("closed");
  });

  it("says what failed, and with which codes", () => {
    const change = closeOf(driftOf(22, null));
    const failures = ["B", "A", "B"].map((code) => ({ change, code, isLasting: false }));
    expect(healRecord(maker, report({ failures }))?.after).toMatchObject({ failed: 3, codes: "A, B" });
  });

  it("stays within what a record holds, whatever was done", () => {
    const long = (n: number) => `in tcp ${n} ${"x".repeat(280)}`;
    const drift = Array.from({ length: 200 }, (_, n) => driftOf(n, "one", { rule: long(n) }));
    const all = report({
      drift,
      seen: [seenOf("one", "alice".repeat(50), [])],
      failures: drift.map((one) => ({ change: closeOf(one), code: "c".repeat(100), isLasting: false })),
      done: [...drift.map(closeOf), ...drift.map((one) => ({ ...closeOf(one), kind: "open" as const }))],
    });
    const record = healRecord(maker, all);
    expect(ChangeRecord.parse({ ...record, at })).toMatchObject({ after: { opened: 200, closed: 200 } });
    expect(record?.after?.["closedRules"]).toMatch(/; 194 more$/);
  });

  it("has one id for one report", () => {
    const one = closedFor(22, seenOf("one", "alice", [22]));
    expect(healRecord({ ...maker, actor: "hand" }, one)?.id).toBe(healRecord(maker, one)?.id);
    const other = closedFor(22, seenOf("two", "alice", [22]));
    expect(healRecord(maker, other)?.id).not.toBe(healRecord(maker, one)?.id);
  });
});

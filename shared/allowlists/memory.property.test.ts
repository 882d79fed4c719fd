import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { ConditionSchema } from "../alerts/condition.ts";
import { NOTES_MAX, planIncidents } from "../alerts/plan.ts";
import { allowlistsReport } from "./conditions.ts";
import type { GroupReport } from "./group-report.ts";
import { type AllowlistMemory, isNews, NO_MEMORY, rememberLooked } from "./memory.ts";
import { AT, closeOf, driftOf, report, seenOf } from "./test-reports.ts";

const GROUPS = ["loader", "nodes", "relay"];
const NOW = AT + 400;

const change = fc.record({
  id: fc.constantFrom("c1", "c2", "c3"),
  name: fc.constantFrom("alice", "bob"),
  ports: fc.uniqueArray(fc.integer({ min: 20, max: 25 }), { maxLength: 3 }),
});
const difference = fc.record({
  port: fc.integer({ min: 20, max: 25 }),
  maker: fc.constantFrom("c1", "c2", null),
  reason: fc.constantFrom("unwanted", "missing", "too-wide"),
  isHealed: fc.boolean(),
  isLink: fc.boolean(),
});
const because = fc.constantFrom("report-mode", "first-met", "frozen", null);

const anyReport = fc
  .record({
    group: fc.constantFrom(...GROUPS, "left-the-link"),
    ago: fc.integer({ min: 0, max: 400 }),
    changes: fc.uniqueArray(change, { maxLength: 3, selector: ({ id }) => id }),
    differences: fc.array(difference, { maxLength: 4 }),
    because,
    isFull: fc.boolean(),
  })
  .map(({ group, ago, changes, differences, because, isFull }): GroupReport => {
    const drift = differences.map(({ port, maker, reason, isHealed, isLink }) =>
      driftOf(port, isLink ? null : maker, {
        reason,
        isHealed: because === null && isHealed,
        ...(isLink ? { certainty: "link" as const } : {}),
      }),
    );
    return report({
      group,
      at: NOW - ago,
      drift,
      withheld: because && { because, changes: drift.map(closeOf) },
      troubles: isFull ? [{ kind: "group-full", rules: drift.map(({ rule }) => rule) }] : [],
      seen: changes.map(({ id, name, ports }) => seenOf(id, name, ports, { at: NOW - ago - 3 })),
    });
  });
/** Of a group no two within a second: of those, the order counts in which they are given. */
const anyReports = fc.uniqueArray(anyReport, { maxLength: 6, selector: ({ group, at }) => `${group} ${at}` });

const take = (reports: readonly GroupReport[], memory: AllowlistMemory = NO_MEMORY) =>
  rememberLooked(memory, GROUPS, { reports, unread: [], now: NOW });
const told = (memory: AllowlistMemory) =>
  allowlistsReport(memory, GROUPS, NOW).conditions.map((one) => ConditionSchema.parse(one));

describe("what is told of allowlists, whatever is reported", () => {
  it("does not depend on the order of the reports", () => {
    fc.assert(
      fc.property(anyReports, (reports) => {
        const memory = take(reports);
        expect(told(take(reports.toReversed()))).toEqual(told(memory));
        expect(take(reports.toReversed())).toEqual(memory);
      }),
      runs(2),
    );
  });

  it("is the same when everything comes twice, at once or later", () => {
    fc.assert(
      fc.property(anyReports, (reports) => {
        const memory = take(reports);
        expect(take([...reports, ...reports])).toEqual(memory);
        expect(told(take(reports, memory))).toEqual(told(memory));
        expect(isNews(memory, take(reports, memory))).toBe(false);
      }),
      runs(2),
    );
  });

  it("follows from the reports and the memory alone, and is what the alerts can keep", () => {
    fc.assert(
      fc.property(anyReports, anyReports, (first, second) => {
        const memory = take(first);
        const kept: AllowlistMemory = JSON.parse(JSON.stringify(memory));
        const conditions = told(take(second, kept));
        expect(conditions).toEqual(told(take(second, memory)));
        expect(new Set(conditions.map(({ key }) => key)).size).toBe(conditions.length);
        for (const condition of conditions) {
          expect(ConditionSchema.parse(condition)).toEqual(condition);
          expect(condition.actions.length).toBeLessThan(NOTES_MAX);
        }
        const scope = { link: "test-link", messenger: true };
        expect(() => planIncidents(scope, [], allowlistsReport(memory, GROUPS, NOW))).not.toThrow();
      }),
      runs(2),
    );
  });

  it("says nothing of a group that is not the link's, and of each group what its last look found", () => {
    fc.assert(
      fc.property(anyReports, (reports) => {
        const memory = take(reports);
        const keys = told(memory).map(({ key }) => key);
        expect(JSON.stringify(memory)).not.toContain("left-the-link");
        for (const group of GROUPS) {
          const last = reports.filter((one) => one.group === group).sort((a, b) => b.at - a.at)[0];
          const isFull = last?.troubles.some(({ kind }) => kind === "group-full") ?? false;
          expect(keys.includes(`allowlist:${group}:full`)).toBe(isFull);
        }
      }),
      runs(2),
    );
  });
});

/** What holds for every plan of incidents, whatever stands and whatever is reported. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { type Condition, Severity, severityRank } from "./condition.ts";
import { Incident } from "./incident.ts";
import { INCIDENTS_MAX } from "./limit.ts";
import { type IncidentChange, NOTES_MAX, planIncidents, type Report } from "./plan.ts";
import { AT, SCOPE, settled } from "./test-conditions.ts";

const CONCERNS = ["tunnels", "freeze"];
const KEYS = ["a", "b", "c", "d", "e"];

const anyNote = fc.record({
  id: fc.constantFrom("reset", "replace", "look", "ask"),
  at: fc.integer({ min: AT - 300, max: AT + 900 }),
  text: fc.string({ unit: "grapheme" }),
});

const conditionIn = (concern: string, keys: readonly string[]): fc.Arbitrary<Condition> =>
  fc.record({
    key: fc.constantFrom(...keys).map((key) => `${concern}:${key}`),
    concern: fc.constant(concern),
    severity: fc.constantFrom(...Severity.options),
    title: fc.string({ unit: "binary", maxLength: 300 }),
    facts: fc.array(
      fc.record({ label: fc.string(), value: fc.oneof(fc.string({ unit: "binary" }), fc.double()) }),
      { maxLength: 12 },
    ),
    since: fc.option(fc.integer({ min: AT - 900, max: AT + 900 }), { nil: undefined }),
    actions: fc.array(anyNote, { maxLength: 4 }),
    links: fc.array(fc.record({ text: fc.string(), url: fc.webUrl() }), { maxLength: 7 }),
    runbook: fc.constantFrom("tunnels", "freeze"),
  });

const anyReport = (keys: readonly string[] = KEYS, most = 6): fc.Arbitrary<Report> =>
  fc.constantFrom(...CONCERNS).chain((concern) =>
    fc.record({
      concern: fc.constant(concern),
      conditions: fc.array(conditionIn(concern, keys), { maxLength: most }),
      observedAt: fc.integer({ min: AT, max: AT + 900 }),
      complete: fc.boolean(),
    }),
  );

/** What comes of reports, each possibly told before the next. */
const anyStanding = fc.array(fc.tuple(anyReport(), fc.boolean()), { maxLength: 6 }).map((reports) =>
  reports.reduce<Incident[]>((standing, [report, isTold]) => {
    const after = applied(standing, planIncidents(SCOPE, standing, report));
    return isTold ? after.map(settled) : after;
  }, []),
);

function applied(standing: readonly Incident[], changes: readonly IncidentChange[]): Incident[] {
  const byKey = new Map(standing.map((incident) => [incident.key, incident]));
  for (const { after } of changes) byKey.set(after.key, Incident.parse(after));
  return [...byKey.values()];
}

describe("planIncidents", () => {
  it("plans nothing more once its plan is applied", () => {
    fc.assert(
      fc.property(anyStanding, anyReport(), (standing, report) => {
        const after = applied(standing, planIncidents(SCOPE, standing, report));
        expect(planIncidents(SCOPE, after, report)).toEqual([]);
      }),
      runs(5),
    );
  });

  it("does not care for the order of incidents, conditions and notes", () => {
    fc.assert(
      fc.property(anyStanding, anyReport(), (standing, report) => {
        const turned = report.conditions
          .map((one) => ({ ...one, actions: one.actions.toReversed() }))
          .toReversed();
        expect(planIncidents(SCOPE, standing.toReversed(), { ...report, conditions: turned })).toEqual(
          planIncidents(SCOPE, standing, report),
        );
      }),
      runs(5),
    );
  });

  it("touches nothing of another concern, and closes nothing that is reported or unknown", () => {
    fc.assert(
      fc.property(anyStanding, anyReport(), (standing, report) => {
        const reported = new Set(report.conditions.map(({ key }) => key));
        for (const { kind, before, after } of planIncidents(SCOPE, standing, report)) {
          expect(after.concern).toBe(report.concern);
          expect(before === null || before.concern === report.concern).toBe(true);
          if (kind !== "close") continue;
          expect(report.complete).toBe(true);
          expect(reported).not.toContain(after.key);
        }
      }),
      runs(5),
    );
  });

  it("exceeds no limit, and gives each incident that changes a new revision", () => {
    const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
    fc.assert(
      fc.property(anyReport(keys, 80), anyReport(keys, 80), (first, second) => {
        const standing = applied([], planIncidents(SCOPE, [], first));
        const changes = planIncidents(SCOPE, standing, second);
        const after = applied(standing, changes);
        for (const concern of CONCERNS) {
          const open = after.filter((one) => one.concern === concern && one.state === "open");
          // What holds still stays an incident of its own; the rest of both floods is two more at most.
          expect(open.length).toBeLessThanOrEqual(2 * INCIDENTS_MAX + 1);
        }
        const opened = changes.filter(({ kind }) => kind === "open");
        expect(opened.length).toBeLessThanOrEqual(INCIDENTS_MAX + 1);
        for (const { kind, before, after: incident } of changes) {
          expect(incident.notes.length).toBeLessThanOrEqual(NOTES_MAX);
          const isNew = before === null || before.id !== incident.id;
          const grown = incident.revision - (isNew ? 0 : before.revision);
          expect(grown).toBe(kind === "see" ? 0 : 1);
        }
      }),
      runs(20),
    );
  });

  it("has in the end what the latest report says, in whatever order they come", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyReport(), { selector: ({ observedAt }) => observedAt, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (reports, order) => {
          const own = reports
            .filter(({ concern }) => concern === "tunnels")
            .map((report) => ({ ...report, complete: true }));
          const latest = own.toSorted((one, other) => one.observedAt - other.observedAt).at(-1);
          if (latest === undefined) return;
          const mixed = own
            .map((report) => ({ report, rank: order.next().value }))
            .sort((one, other) => one.rank - other.rank)
            .map(({ report }) => report);
          let standing: Incident[] = [];
          for (const report of [...mixed, latest])
            standing = applied(standing, planIncidents(SCOPE, standing, report));
          const open = standing.filter(({ state }) => state === "open");
          const wanted = new Map<string, number>();
          for (const { key, severity } of latest.conditions)
            wanted.set(key, Math.min(wanted.get(key) ?? 9, severityRank(severity)));
          expect(new Map(open.map(({ key, severity }) => [key, severityRank(severity)]))).toEqual(wanted);
        },
      ),
      runs(5),
    );
  });
});

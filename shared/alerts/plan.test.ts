import { describe, expect, it } from "vitest";
import { InvariantError } from "../runtime/errors.ts";
import type { Incident } from "./incident.ts";
import { INCIDENTS_MAX } from "./limit.ts";
import { NOTES_MAX, planIncidents } from "./plan.ts";
import { AT, action, condition, incidentOf, reportOf, SCOPE, settled } from "./test-conditions.ts";

const open = incidentOf("tunnels");
const plan = (
  standing: readonly Incident[],
  at: number,
  conditions: readonly ReturnType<typeof condition>[],
  changes = {},
) => planIncidents(SCOPE, standing, reportOf(at, conditions, changes));
const kinds = (...given: Parameters<typeof plan>) => plan(...given).map(({ kind }) => kind);
const closed = (() => {
  const [change] = plan([open], AT + 60, []);
  if (change === undefined) throw new Error("nothing closes");
  return change.after;
})();

describe("planIncidents", () => {
  it("opens an incident for what has none", () => {
    const since = AT - 120;
    const [change] = plan([], AT, [condition("tunnels", { since, actions: [action("look", AT)] })]);
    expect(change).toMatchObject({ kind: "open", before: null });
    expect(change?.after).toMatchObject({
      key: "tunnels",
      concern: "tunnels",
      state: "open",
      severity: "warning",
      openedAt: AT,
      since,
      closedAt: null,
      notes: [action("look", AT)],
      revision: 1,
      told: null,
      announced: null,
    });
  });

  it("gives two incidents of one key different ids, and links their own", () => {
    const ids = [AT, AT + 1].map((at) => plan([], at, [condition("tunnels")])[0]?.after.id);
    const other = { ...SCOPE, link: "other" };
    ids.push(planIncidents(other, [], reportOf(AT, [condition("tunnels")]))[0]?.after.id);
    expect(new Set(ids).size).toBe(3);
  });

  it("does nothing but note that an incident was seen again", () => {
    expect(plan([open], AT + 60, [condition("tunnels")])).toEqual([
      { kind: "see", before: open, after: { ...open, observedAt: AT + 60 } },
    ]);
    expect(plan([open], AT, [condition("tunnels")])).toEqual([]);
  });

  it("says in the thread when it became worse, and when better", () => {
    const [worse] = plan([open], AT + 60, [
      condition("tunnels", { severity: "critical", title: "All down" }),
    ]);
    expect(worse).toMatchObject({ kind: "escalate", after: { revision: 2, severity: "critical" } });
    expect(worse?.after.notes.at(-1)?.text).toBe("Now critical: All down");
    const [better] = plan([worse?.after ?? open], AT + 120, [condition("tunnels")]);
    expect(better).toMatchObject({ kind: "de-escalate", after: { revision: 3, severity: "warning" } });
    expect(better?.after.notes.at(-1)?.text).toBe("Now only warning: One tunnel is down");
  });

  it.each([
    ["title", { title: "Other" }],
    ["facts", { facts: [{ label: "left", value: 0 }] }],
    ["links", { links: [] }],
    ["entry in the guide", { runbook: "other" }],
    ["beginning", { since: AT - 9 }],
  ])("edits it when its %s changes", (_what, changes) => {
    expect(kinds([open], AT + 60, [condition("tunnels", changes)])).toEqual(["update"]);
  });

  it("edits it also when that was observed in the same second", () => {
    expect(kinds([open], AT, [condition("tunnels", { title: "Other" })])).toEqual(["update"]);
  });

  it("adds to its history what was done, once", () => {
    const [noted] = plan([open], AT + 60, [condition("tunnels", { actions: [action("reset", AT + 50)] })]);
    expect(noted).toMatchObject({ kind: "note", after: { revision: 2, notes: [action("reset", AT + 50)] } });
    const again = condition("tunnels", { actions: [action("reset", AT + 50, "in other words")] });
    expect(kinds([noted?.after ?? open], AT + 120, [again])).toEqual(["see"]);
  });

  it("keeps what was done when it is not reported any more", () => {
    const before = incidentOf("tunnels", { notes: [action("reset", AT)] });
    expect(plan([before], AT + 60, [condition("tunnels", { title: "Other" })])[0]?.after.notes).toEqual(
      before.notes,
    );
  });

  it("keeps its beginning when that is not known any more", () => {
    expect(kinds([{ ...open, since: AT - 60 }], AT + 60, [condition("tunnels")])).toEqual(["see"]);
  });

  it("closes what is gone, with how long it lasted from its beginning on", () => {
    const [change] = plan([{ ...open, since: AT - 60 }], AT + 660, []);
    expect(change).toMatchObject({
      kind: "close",
      after: { state: "closed", closedAt: AT + 660, revision: 2 },
    });
    expect(change?.after.notes).toEqual([
      { id: `closed:${AT + 660}`, at: AT + 660, text: "Over after 12 minutes." },
    ]);
  });

  it("is remembered by what it was at its worst, and not by its last words", () => {
    const reports = [
      condition("tunnels", { severity: "critical", title: "All down" }),
      condition("tunnels", { severity: "critical", title: "All down, still" }),
      condition("tunnels", { title: "One is coming back" }),
    ];
    let incident: Incident = open;
    for (const [index, one] of reports.entries())
      incident = plan([incident], AT + 60 * (index + 1), [one])[0]?.after ?? incident;
    expect(incident).toMatchObject({ severity: "warning", title: "One is coming back" });
    expect(plan([incident], AT + 600, [])[0]?.after).toMatchObject({ state: "closed", title: "All down" });
  });

  it("closes nothing on a report that is not complete, and still opens and edits", () => {
    const worse = condition("other", { severity: "critical" });
    expect(kinds([open], AT + 60, [], { complete: false })).toEqual([]);
    expect(kinds([open], AT + 60, [worse], { complete: false })).toEqual(["open"]);
  });

  it("leaves incidents of other concerns alone", () => {
    const other = incidentOf("freeze", { concern: "freeze" });
    expect(plan([other], AT + 60, [])).toEqual([]);
  });

  it("changes nothing on a report that is older than what was seen", () => {
    const late = { ...open, observedAt: AT + 60 };
    expect(plan([late], AT + 30, [condition("tunnels", { severity: "critical" })])).toEqual([]);
    expect(plan([late], AT + 30, [])).toEqual([]);
    expect(plan([late], AT + 60, [])).toEqual([]);
    expect(plan([closed], AT + 30, [condition("tunnels")])).toEqual([]);
    expect(plan([closed], AT + 60, [condition("tunnels")])).toEqual([]);
  });

  it("goes on with an incident that comes back before its end was told", () => {
    const [change] = plan([closed], AT + 90, [condition("tunnels")]);
    expect(change).toMatchObject({
      kind: "reopen",
      after: { id: open.id, state: "open", closedAt: null, revision: 3, openedAt: AT },
    });
    expect(change?.after.notes.at(-1)?.text).toBe("It is back.");
  });

  it("opens another incident once the end of the first was told", () => {
    const [change] = plan([settled(closed)], AT + 90, [condition("tunnels")]);
    expect(change).toMatchObject({ kind: "open", before: { id: open.id }, after: { openedAt: AT + 90 } });
    expect(change?.after.id).not.toBe(open.id);
    expect(change?.after.told).toBeNull();
  });

  it("does not wait for a messenger where there is none", () => {
    const announced = { ...settled(closed), told: null };
    const report = reportOf(AT + 90, [condition("tunnels")]);
    expect(planIncidents(SCOPE, [announced], report)[0]?.kind).toBe("reopen");
    expect(planIncidents({ ...SCOPE, messenger: false }, [announced], report)[0]?.kind).toBe("open");
  });

  it("closes again nothing that is closed", () => {
    expect(plan([closed], AT + 90, [])).toEqual([]);
  });

  it("takes of a key that is reported twice what is more severe", () => {
    const both = [condition("tunnels"), condition("tunnels", { severity: "critical" })];
    for (const conditions of [both, both.toReversed()])
      expect(plan([], AT, conditions)).toMatchObject([{ after: { severity: "critical" } }]);
  });

  it("keeps no more notes than there may be, the latest", () => {
    const actions = Array.from({ length: NOTES_MAX + 5 }, (_, index) => action(String(index), AT + index));
    const [change] = plan([open], AT + 600, [condition("tunnels", { actions })]);
    expect(change?.after.notes).toHaveLength(NOTES_MAX);
    expect(change?.after.notes[0]?.id).toBe("5");
    expect(kinds([change?.after ?? open], AT + 660, [condition("tunnels", { actions })])).toEqual(["see"]);
  });

  it("makes one incident of a flood, beside those that are most severe", () => {
    const flood = Array.from({ length: INCIDENTS_MAX + 8 }, (_, index) =>
      condition(`tunnel:${index}`, { severity: index === INCIDENTS_MAX + 7 ? "critical" : "warning" }),
    );
    const changes = plan([], AT, flood);
    expect(changes).toHaveLength(INCIDENTS_MAX + 1);
    expect(changes.find(({ after }) => after.key === "tunnels:more")?.after.title).toBe(
      "8 more incidents of tunnels",
    );
    expect(changes.some(({ after }) => after.key === `tunnel:${INCIDENTS_MAX + 7}`)).toBe(true);
  });

  it("closes no incident of a flood that still holds", () => {
    const standing = incidentOf("tunnel:z");
    const flood = Array.from({ length: INCIDENTS_MAX + 8 }, (_, index) =>
      condition(`tunnel:${index}`, { severity: "critical" }),
    );
    const changes = plan([standing], AT + 60, [...flood, condition("tunnel:z")]);
    expect(changes.map(({ kind }) => kind)).not.toContain("close");
    expect(changes.find(({ after }) => after.key === "tunnel:z")?.kind).toBe("see");
  });

  it("closes nothing that still holds, however many are open already", () => {
    const many = Array.from({ length: 2 * INCIDENTS_MAX }, (_, index) => condition(`tunnel:${index}`));
    const standing = many.map(({ key }) => incidentOf(key));
    expect(kinds(standing, AT + 60, many)).not.toContain("close");
  });

  it("refuses that a concern speaks for another, or two name the same", () => {
    const another = () => plan([], AT, [condition("freeze", { concern: "freeze" })]);
    expect(another).toThrow(new InvariantError("tunnels reported freeze of freeze"));
    const other = incidentOf("tunnels", { concern: "freeze" });
    const same = () => plan([other], AT + 60, [condition("tunnels")]);
    expect(same).toThrow(new InvariantError("tunnels and freeze both name tunnels"));
  });
});

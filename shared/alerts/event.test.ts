import { describe, expect, it } from "vitest";
import { IncidentEvent, incidentEvent } from "./event.ts";
import type { Incident } from "./incident.ts";
import { AT, incidentOf } from "./test-conditions.ts";

const eventOf = (changes: Partial<Incident>) => incidentEvent("test-link", incidentOf("tunnels", changes));
const critical = { revision: 1, state: "open", severity: "critical" } as const;

describe("incidentEvent", () => {
  it("says all that a listener needs, as its schema documents it", () => {
    const event = eventOf({ since: AT - 60 });
    expect(IncidentEvent.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      key: "tunnels",
      link: "test-link",
      change: "opened",
      state: "open",
      since: "2026-11-21T07:59:00Z",
      openedAt: "2026-11-21T08:00:00Z",
      closedAt: null,
      lastedSeconds: null,
    });
    expect(event.id).toBe(`${event.incident}-1`);
  });

  it("counts how long it lasted from when it began, where that is known", () => {
    const closed = { state: "closed", closedAt: AT + 60, revision: 2 } as const;
    expect(eventOf(closed)).toMatchObject({ change: "closed", lastedSeconds: 60 });
    expect(eventOf({ ...closed, since: AT - 60 }).lastedSeconds).toBe(120);
    expect(eventOf({ ...closed, since: AT + 30 }).lastedSeconds).toBe(60);
    expect(eventOf({ ...closed, closedAt: AT }).lastedSeconds).toBe(0);
  });

  it("names the change since what was announced last", () => {
    expect(eventOf({ announced: critical }).change).toBe("de-escalated");
    expect(eventOf({ announced: { ...critical, severity: "notice" } }).change).toBe("escalated");
    expect(eventOf({ announced: { ...critical, state: "closed" } }).change).toBe("reopened");
  });
});

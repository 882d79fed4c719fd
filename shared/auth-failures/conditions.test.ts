import { describe, expect, it } from "vitest";
import { type Condition, ConditionSchema } from "../alerts/condition.ts";
import { planIncidents } from "../alerts/plan.ts";
import { toIso } from "../runtime/instant.ts";
import { authReport } from "./conditions.ts";
import { dueWakes } from "./due-wakes.ts";
import { type AuthMemory, NO_MEMORY } from "./memory.ts";
import {
  AT,
  accepted,
  BUNNY,
  knocks,
  LIMITS,
  line,
  mine,
  refused,
  SERIAL_A,
  TUNNEL_IP,
  take,
  view,
} from "./test-auth.ts";
import { change } from "./test-journal.ts";

const told = (memory: AuthMemory, now = AT): readonly Condition[] => authReport(view(memory, now)).conditions;

describe("authReport", () => {
  it("has a stranger who knocks 200 times be one incident, which is edited a few times", () => {
    let memory = NO_MEMORY;
    let incidents: Parameters<typeof planIncidents>[1] = [];
    const kinds: string[] = [];
    for (let knock = 1; knock <= 200; knock += 1) {
      const now = AT + knock;
      memory = take(memory, knocks(1, "203.0.113.9", now), now);
      const changes = planIncidents({ link: "l", messenger: true }, incidents, authReport(view(memory, now)));
      kinds.push(...changes.map(({ kind }) => kind).filter((kind) => kind !== "see"));
      incidents = changes.reduce(
        (all, { after }) => [...all.filter(({ key }) => key !== after.key), after],
        incidents,
      );
    }
    expect(kinds).toEqual(["open", "update", "update", "update"]);
    expect(incidents.map(({ key }) => key)).toEqual(["auth-failure:no-certificate:203-0-113-9"]);
    expect(incidents[0]?.facts).toContainEqual({ label: "Failures", value: "200 or more" });
  });

  it("tells of one of ours at its first failure, and has it be critical from the second", () => {
    const first = take(NO_MEMORY, [mine()]);
    expect(told(first)).toMatchObject([
      {
        key: "auth-own:bunny-example-com-77bd5c4e",
        severity: "warning",
        title: "bunny.example.com is refused: its certificate has ended",
        since: AT,
      },
    ]);
    const second = take(first, [mine({ at: AT + 5 })], AT + 5);
    expect(told(second, AT + 5)).toMatchObject([{ severity: "critical", since: AT }]);
  });

  it("says the cause, what changed before, and what is done", () => {
    const changes = [change("merge", { target: "bunny-client", at: AT - 240, after: { serial: "b2" } })];
    const [condition] = authReport(view(take(NO_MEMORY, [mine()]), AT, { changes })).conditions;
    expect(condition?.facts).toEqual([
      { label: "Cause", value: expect.stringContaining(`${BUNNY} uses serial a1`) },
      {
        label: "Changed just before",
        value: `serial b2 was merged into bunny-client 4 minutes before, at ${toIso(AT - 240)}`,
      },
      { label: "What is done", value: expect.any(String) },
      { label: "Serial", value: SERIAL_A },
      { label: "Failures", value: "1" },
    ]);
  });

  it("is over for one of ours that was let in again, once nothing more has come for the quiet time", () => {
    const memory = take(NO_MEMORY, [mine(), line(accepted({ identity: BUNNY, at: AT + 100 }))], AT + 100);
    expect(told(memory, AT + LIMITS.quietSeconds - 1)).toHaveLength(1);
    expect(told(memory, AT + LIMITS.quietSeconds)).toEqual([]);
  });

  it("is one incident, opened once, while one replica refuses what the others accept", () => {
    const keys: string[] = [];
    let memory = NO_MEMORY;
    for (let seconds = 0; seconds < 1_800; seconds += 60) {
      const now = AT + seconds;
      const lines = [line(accepted({ identity: BUNNY, at: now }))];
      memory = take(memory, seconds % 180 === 0 ? [...lines, mine({ at: now })] : lines, now);
      keys.push(
        told(memory, now)
          .map(({ since }) => String((since ?? 0) - AT))
          .join(),
      );
    }
    expect(new Set(keys)).toEqual(new Set(["0"]));
  });

  it("tells of callers from where bunnies call from who name nobody, at the first, as one warning", () => {
    const from = (source: string) => line(refused("no-certificate", { source }));
    const memory = take(NO_MEMORY, [from("10.10.1.7"), from("10.10.9.9"), from("203.0.113.9")]);
    expect(memory.slots).toMatchObject([{ refused: 1 }]);
    expect(told(memory)).toEqual([
      expect.objectContaining({
        key: "auth-callers",
        severity: "warning",
        title: "A caller from where bunnies call from is refused: it shows no certificate",
        facts: [
          { label: "Cause", value: "Somebody in bunny's network shows no certificate at all" },
          { label: "What is done", value: expect.stringMatching(/^Nothing, unless the vault has none/) },
          { label: "From", value: expect.stringMatching(/^10\.10\.(?:1\.7|9\.9)$/) },
          { label: "Failures", value: "2" },
          { label: "How sure", value: "it names nobody: a bunny, or somebody else in its network" },
        ],
      }),
    ]);
    expect(told(memory, AT + LIMITS.quietSeconds)).toEqual([]);
  });

  it("says of such callers only that they are not known, where they show something of others", () => {
    const memory = take(NO_MEMORY, [line(refused("unknown-ca", { source: "10.10.1.7", serial: "ff" }))]);
    expect(told(memory)[0]?.facts).toContainEqual({
      label: "Cause",
      value: "It shows no certificate and no API key that Warrener has given out",
    });
    expect(dueWakes(view(memory))).toEqual([]);
  });

  it("tells of lines that come too late to be counted", () => {
    const late = Array.from({ length: LIMITS.unreadCount }, () => knocks(1, "203.0.113.9", AT - 101)).flat();
    expect(told(take(NO_MEMORY, late.slice(1)))).toEqual([]);
    const memory = take(NO_MEMORY, late);
    expect(told(memory)).toMatchObject([{ key: "auth-late", severity: "warning", since: AT }]);
    expect(told(memory)[0]?.facts).toContainEqual({ label: "Lines", value: "5" });
  });

  it("never has a claim be critical, and says how sure it is", () => {
    const claims = [1, 2, 3].map(() => line(refused("unknown-ca", { serial: SERIAL_A })));
    const [condition] = told(take(NO_MEMORY, claims));
    expect(condition).toMatchObject({ severity: "warning" });
    expect(condition?.facts.map(({ label }) => label)).toContain("How sure");
  });

  it("says where one of ours calls from only when it is somewhere else", () => {
    const labels = (source: string) =>
      told(take(NO_MEMORY, [mine({ source })])).flatMap(({ facts }) => facts.map(({ label }) => label));
    expect(labels("10.10.1.7")).not.toContain("From");
    expect(labels("203.0.113.9")).toContain("From");
  });

  it("tells of a tunnel whose ends differ, but not for the minutes in which a rotation makes them", () => {
    const now = AT + 30;
    const memory = take(
      NO_MEMORY,
      [line(refused("pre-shared-key-mismatch", { tunnel: TUNNEL_IP, source: "203.0.113.20" }))],
      now,
    );
    expect(told(memory, now)).toMatchObject([
      { key: "auth-tunnel:one-a", title: "one-a cannot come up: its ends have different pre-shared keys" },
    ]);
    const rotation = { changes: [change("pre-shared-key", { target: "one-a", at: AT - 60 })] };
    expect(authReport(view(memory, now, rotation)).conditions).toEqual([]);
    const late = take(
      memory,
      [line(refused("ike-authentication", { tunnel: TUNNEL_IP, at: AT + 290 }))],
      AT + 290,
    );
    const later = take(
      late,
      [line(refused("ike-authentication", { tunnel: TUNNEL_IP, at: AT + 580 }))],
      AT + 580,
    );
    // It is not what time has passed, but for how long they fail.
    expect(authReport(view(later, AT + 580 + LIMITS.quietSeconds - 1, rotation)).conditions).toEqual([]);
    expect(dueWakes(view(later, AT + 650, rotation))).toEqual([]);
    const still = take(
      later,
      [line(refused("ike-authentication", { tunnel: TUNNEL_IP, at: AT + 600 }))],
      AT + 600,
    );
    expect(authReport(view(still, AT + 600, rotation)).conditions).toHaveLength(1);
    expect(dueWakes(view(still, AT + 600, rotation))).toHaveLength(1);
  });

  it("tells of scans and of lines that nobody understands, in numbers alone", () => {
    const sources = Array.from({ length: 30 }, (_, index) => knocks(1, `203.0.113.${index}`)).flat();
    const unread = Array.from({ length: 7 }, () => line(null));
    expect(told(take(NO_MEMORY, [...sources, ...unread]))).toMatchObject([
      { key: "auth-scan", facts: expect.arrayContaining([{ label: "Failures", value: "20 or more" }]) },
      { key: "auth-unread", facts: expect.arrayContaining([{ label: "Lines", value: "7" }]) },
    ]);
  });

  it("has conditions that the incidents take as they are, with any address and any name of the link", () => {
    const names = ["b", "*.example.com", "-", "Bünny", "x".repeat(253), "a.b", "a-b"];
    const own = names.flatMap((identity) => [mine({ identity }), mine({ identity })]);
    const floods = ["::1", "2001:db8::1", "1.2.3.4", null].flatMap((source) =>
      Array.from({ length: 20 }, () => line(refused("waf-block", { source }))),
    );
    const conditions = told(take(NO_MEMORY, [...own, ...floods]));
    expect(conditions).toHaveLength(names.length + 4);
    expect(new Set(conditions.map(({ key }) => key)).size).toBe(conditions.length);
    for (const condition of conditions) {
      const { title, facts } = ConditionSchema.parse(condition);
      expect({ title, facts }).toEqual({ title: condition.title, facts: condition.facts.slice(0, 10) });
    }
  });
});

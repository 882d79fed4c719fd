import { describe, expect, it } from "vitest";
import { DAY_SECONDS, withHeldUp, withOutcome, withRepair } from "./memory.ts";
import { type AwsEnd, type AzureEnd, type CannotTell, NO_MEMORY, type Work } from "./schema.ts";
import { AT, awsEnd, azureEnd, down, planLater, planOf, up, vpnWith } from "./test-tunnels.ts";

const UNKNOWN: CannotTell = { unknown: "Unavailable" };
const downInAws = (ipsec: AwsEnd["ipsec"] = "down") => awsEnd({ status: "down", ipsec });
const inAzure = (status: AzureEnd["status"]) => azureEnd({ status });
const tunnel = (name: string, aws: AwsEnd | CannotTell, azure: AzureEnd | CannotTell) => ({
  name,
  aws,
  azure,
  maintenance: null,
});

describe("planTunnels during planned work", () => {
  const work: Work = { tunnel: "one-a", reason: "planned", startedAt: AT, dueAt: AT + 600 };
  const memory = { ...NO_MEMORY, work };
  const vpn = vpnWith({ preSharedKeys: {} });

  it("is quiet about the tunnel that is worked on", () => {
    expect(planOf([down("one-a"), up("one-b")], { vpn, memory })).toMatchObject({
      conditions: [],
      severity: "warning",
    });
  });

  it("tells when another tunnel is hurt too", () => {
    expect(planOf([down("one-a"), down("one-b"), up("one-c")], { vpn, memory }).conditions).toMatchObject([
      { title: "one-a, one-b: down, 1 of 3 tunnels left" },
    ]);
  });

  it("is never quiet when nothing is left", () => {
    expect(planOf([down("one-a")], { vpn, memory }).conditions).toMatchObject([{ severity: "critical" }]);
  });

  it("is loud when it is overdue", () => {
    const { conditions } = planOf([down("one-a"), up("one-b")], { vpn, memory, now: AT + 601 });
    const keys = conditions.map(({ key }) => key);
    expect(keys).toEqual(["tunnels", "tunnel:one-a:work-overdue"]);
  });

  const hurt = [down("one-a"), down("one-b"), up("one-c")];

  it("mends nothing while it is in time, and what is lost as always when it is overdue", () => {
    const atWork = planLater(hurt, 600, { vpn, memory });
    expect(atWork.repair).toBeNull();
    expect(atWork.waits).toEqual([
      { tunnel: "one-a", reason: "work-under-way" },
      { tunnel: "one-b", reason: "work-under-way" },
    ]);
    expect(planLater(hurt, 601, { vpn, memory }).repair).not.toBeNull();
    expect(
      planLater([down("one-a"), down("one-b")], 30 * DAY_SECONDS, { vpn, memory }).repair,
    ).not.toBeNull();
  });

  it("is forgotten once the link has given up looking after keys: nobody is left who would end it", () => {
    const looked = planOf(hurt, { memory });
    expect(looked.memory.work).toBeNull();
    expect(looked.conditions.map(({ key }) => key)).toEqual(["tunnels"]);
    expect(planLater(hurt, 180, { memory }).repair).not.toBeNull();
  });
});

describe("planTunnels says who mends", () => {
  const repairOf = (...given: Parameters<typeof planLater>) =>
    planLater(...given).conditions[0]?.facts.find(({ label }) => label === "Repair")?.value;
  const lost = [down("one-a"), up("one-b")];

  it.each([
    [
      "nobody, when repairs are off",
      { vpn: vpnWith({ repair: "off" }) },
      "switched off in the link: it needs a person",
    ],
    [
      "nobody, when none is allowed",
      { vpn: vpnWith({ repairsPerDay: 0 }) },
      "no more for now: it needs a person",
    ],
    ["nobody, while it is frozen", { frozen: true }, "none while the link is frozen"],
    ["Warrener, when it is at it", {}, "under way"],
  ])("%s", (_, given, text) => {
    expect(repairOf(lost, 180, given)).toBe(text);
  });

  it("of each tunnel, when that differs", () => {
    const gone = tunnel("one-b", awsEnd({ status: "absent" }), inAzure("connected"));
    expect(repairOf([down("one-a"), gone], 180)).toBe(
      "one-a: under way; one-b: none is possible: it needs a person",
    );
  });

  it("nothing of a tunnel that is not lost", () => {
    expect(repairOf([tunnel("one-a", awsEnd(), inAzure("not-connected")), up("one-b")], 400)).toBeUndefined();
  });
});

describe("planTunnels mends", () => {
  const lost = [down("one-a"), up("one-b")];

  it("a tunnel that has been down for long enough, at its Azure end first", () => {
    expect(planLater(lost, 179).waits).toEqual([{ tunnel: "one-a", reason: "may-recover" }]);
    expect(planLater(lost, 180).repair).toEqual({ tunnel: "one-a", kind: "reset-azure" });
  });

  it("none whose ends have different pre-shared keys, which no repair would bring up", () => {
    const vpn = vpnWith({ preSharedKeys: {} });
    const differ = (tunnel: string, comparedAt = AT + 5_000) => ({
      vpn,
      endsDiffer: [{ tunnel, comparedAt }],
    });
    const told = planLater(lost, 5_000, differ("one-a"));
    expect(told.repair).toBeNull();
    expect(told.waits).toEqual([{ tunnel: "one-a", reason: "ends-differ" }]);
    expect(told.conditions[0]?.facts).toContainEqual({
      label: "Repair",
      value: "none helps: its ends have different pre-shared keys, which are put right",
    });
    expect(planLater(lost, 5_000, differ("one-b")).repair).not.toBeNull();
    expect(planLater(lost, 5_000, differ("one-a", AT + 4_401)).repair).toBeNull();
    // Nobody has looked since.
    expect(planLater(lost, 5_000, differ("one-a", AT + 4_400)).repair).not.toBeNull();
  });

  it("one whose ends differed before the link gave up looking after keys", () => {
    const endsDiffer = [{ tunnel: "one-a", comparedAt: AT + 5_000 }];
    expect(planLater(lost, 5_000, { endsDiffer }).repair).not.toBeNull();
  });

  it("its AWS end next, after a back-off that doubles", () => {
    const { memory } = planLater(lost, 180);
    const first = { tunnel: "one-a", kind: "reset-azure", at: AT + 180 } as const;
    const once = withOutcome(withRepair(memory, first, AT + 180), first, { outcome: "begun", over: false });
    expect(planOf(lost, { memory: once, now: AT + 200 }).waits).toEqual([
      { tunnel: "one-a", reason: "work-under-way" },
    ]);
    const second = planOf(lost, { memory: once, now: AT + 780 });
    expect(second.repair).toEqual({ tunnel: "one-a", kind: "replace-aws" });
    const next = { ...first, kind: "replace-aws", at: AT + 780 } as const;
    const twice = withOutcome(withRepair(second.memory, next, AT + 780), next, {
      outcome: "IncorrectState",
      over: true,
    });
    expect(planOf(lost, { memory: twice, now: AT + 780 + 1_199 }).waits).toEqual([
      { tunnel: "one-a", reason: "back-off" },
    ]);
    const third = planOf(lost, { memory: twice, now: AT + 780 + 1_200 });
    expect(third.repair).toEqual({ tunnel: "one-a", kind: "reset-azure" });
    expect(third.conditions[0]?.actions).toEqual([
      {
        id: "one-a:reset-azure:1795248180",
        at: AT + 180,
        text: "one-a: reset of its Azure connection: begun",
      },
      {
        id: "one-a:replace-aws:1795248780",
        at: AT + 780,
        text: "one-a: replacement of its AWS endpoint: not done, IncorrectState",
      },
    ]);
  });

  it("says no more of what held repairs up once one was tried, even in vain", () => {
    const both = [down("one-a"), down("one-b")];
    const first = planLater(both, 180);
    const heldUp = withHeldUp(first.memory, "lease-held", AT + 180);
    expect(planOf(both, { memory: heldUp, now: AT + 299 }).waits).toEqual([
      { tunnel: "one-b", reason: "other-first" },
    ]);
    expect(planOf(both, { memory: heldUp, now: AT + 300 }).waits).toEqual([
      { tunnel: "one-a", reason: "lease-held" },
      { tunnel: "one-b", reason: "other-first" },
    ]);
    const tried = { tunnel: "one-a", kind: "reset-azure", at: AT + 300 } as const;
    const refused = withOutcome(withRepair(heldUp, tried, tried.at), tried, {
      outcome: "tunnel-busy",
      over: true,
    });
    expect(planOf(both, { memory: refused, now: AT + 320 })).toMatchObject({
      repair: { tunnel: "one-b" },
      waits: [{ tunnel: "one-a", reason: "back-off" }],
    });
  });

  it("says that nobody knows of a repair whose run died, once that run can say no more", () => {
    const { memory } = planLater(lost, 180);
    const died = withRepair(memory, { tunnel: "one-a", kind: "reset-azure" }, AT + 180);
    expect(planOf(lost, { memory: died, now: AT + 299 }).conditions).toMatchObject([{ actions: [] }]);
    expect(planOf(lost, { memory: died, now: AT + 300 }).conditions[0]?.actions).toMatchObject([
      { text: "one-a: reset of its Azure connection: asked for; whether it was begun is not known" },
    ]);
  });

  it("and forgets what was done more than a day ago, so that what it remembers does not grow", () => {
    const { memory } = planLater(lost, 180);
    const begun = withRepair(memory, { tunnel: "one-a", kind: "reset-azure" }, AT + 180);
    const kept = (now: number) => planOf(lost, { memory: begun, now }).memory.tunnels[0]?.repairs;
    expect(kept(AT + 180 + 86_399)).toHaveLength(1);
    expect(kept(AT + 180 + 86_400)).toEqual([]);
  });

  it("ends its work when the tunnel is up again", () => {
    const { memory } = planLater(lost, 180);
    const begun = withRepair(memory, { tunnel: "one-a", kind: "reset-azure" }, AT + 180);
    expect(planOf([up("one-a"), up("one-b")], { memory: begun, now: AT + 240 }).memory.work).toBeNull();
  });

  it("one tunnel at a time, the one that was tried least and is lost for longest first", () => {
    const { memory } = planOf([down("one-b"), up("one-a")]);
    const both = [down("one-a"), down("one-b")];
    const later = planOf(both, { memory, now: AT + 60 });
    expect(later.waits).toEqual([
      { tunnel: "one-a", reason: "may-recover" },
      { tunnel: "one-b", reason: "may-recover" },
    ]);
    const due = planOf(both, { memory: later.memory, now: AT + 240 });
    expect(due.repair).toEqual({ tunnel: "one-b", kind: "reset-azure" });
    expect(due.waits).toEqual([{ tunnel: "one-a", reason: "other-first" }]);
  });

  const REASONS = { vpn: vpnWith({ repair: "off" }) };
  const busy = { ...up("one-b"), aws: awsEnd({ connectionState: "modifying" }) };
  it.each([
    ["repair-off", lost, REASONS],
    ["frozen", lost, { frozen: true }],
    ["tunnel-busy", [down("one-a"), busy], {}],
    ["cannot-tell", [tunnel("one-a", downInAws(), UNKNOWN), up("one-b")], {}],
    ["cannot-tell", [tunnel("one-a", UNKNOWN, inAzure("not-connected")), up("one-b")], {}],
    ["absent", [tunnel("one-a", awsEnd({ status: "absent" }), inAzure("not-connected")), up("one-b")], {}],
    ["daily-limit", lost, { vpn: vpnWith({ repairsPerDay: 0 }) }],
  ])("nothing, because of %s", (reason, observed, changes) => {
    expect(planLater(observed, 100_000, changes)).toMatchObject({
      repair: null,
      waits: [{ tunnel: "one-a", reason }],
    });
  });

  it("never one that AWS says is up", () => {
    const observed = [tunnel("one-a", awsEnd(), inAzure("not-connected")), up("one-b")];
    expect(planLater(observed, 100_000)).toMatchObject({ repair: null, waits: [] });
  });
});

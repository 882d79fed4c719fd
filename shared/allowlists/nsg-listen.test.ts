import { describe, expect, it } from "vitest";
import { keepFreeze } from "../freeze/hand.ts";
import { CloudError } from "../runtime/errors.ts";
import { createNsgListener } from "./nsg-listen.ts";
import { ALICE, DELETED, GUEST, grid, NSG, OID, OWN } from "./test-event-grid.ts";
import { armRule, END, GOOD, openNsgHand, SSH } from "./test-nsg-hand.ts";
import { NOW } from "./test-nsg-plan.ts";

const ruleId = (name: string) => `${NSG}/securityRules/${name}`;
/** Right after the group was looked at, so that it explains what is found. */
const event = (subject: string, data: object = {}, type?: string) => ({
  ...grid(subject, { correlationId: subject, ...data }, type),
  eventTime: new Date(NOW * 1_000).toISOString(),
});

async function open(given: Parameters<typeof openNsgHand>[0] = {}) {
  const opened = await openNsgHand(given);
  const places = new Map([...opened.hand.places].map(([name, place]) => [name, { ...place, id: NSG }]));
  const hand = { ...opened.hand, places };
  const listen = createNsgListener({ hand, ownIdentities: async () => [OWN] });
  return { ...opened, hear: (heard: unknown) => listen(opened.call, heard) };
}

/** Its first look waits until it may go on. */
async function openSlow(given: Parameters<typeof openNsgHand>[0]) {
  const opened = await openNsgHand(given);
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const groups = {
    ...opened.nsg,
    async read(id: string) {
      begun.resolve();
      await gate.promise;
      return await opened.nsg.read(id);
    },
  };
  const places = new Map([["bunny", { desired: opened.desired, id: NSG }]]);
  const listen = createNsgListener({
    hand: { ...opened.hand, places, groups },
    ownIdentities: async () => [OWN],
  });
  const hear = (heard: unknown) => listen(opened.call, heard);
  return { ...opened, hear, reading: begun.promise, go: () => gate.resolve() };
}
type Opened = Awaited<ReturnType<typeof open>>;
const reports = async ({ notes }: Pick<Opened, "notes">) => (await notes()).map(({ report }) => report);

describe("createNsgListener", () => {
  it("puts right what an event is about, names who did it, and notes it", async () => {
    const opened = await open({ rules: [GOOD, END, SSH] });
    await opened.hear(event(ruleId("ssh")));
    expect(opened.names()).toEqual(["allow-bunny", "end"]);
    expect(opened.records[0]).toMatchObject({
      event: "allowlist.heard",
      reason: "changed-by-others",
      groups: ["bunny"],
    });
    expect(await reports(opened)).toMatchObject([
      {
        drift: [{ id: "ssh", certainty: "named", isHealed: true }],
        seen: [{ actor: { kind: "user", name: "alice@example.com" }, touched: ["ssh"] }],
      },
    ]);
  });

  it("names who took a wanted rule away, by the name that it had", async () => {
    const opened = await open({ rules: [END] });
    await opened.hear(event(ruleId("warrener-lab--in-tcp-443-5d3f8b1e"), {}, DELETED));
    const [report] = await reports(opened);
    expect(report?.drift).toMatchObject([{ reason: "missing", certainty: "likely", isHealed: true }]);
    const written = opened.names().find((name) => name.startsWith("warrener"));
    const again = await open({ rules: [END] });
    await again.hear(event(ruleId(written ?? ""), {}, DELETED));
    expect((await reports(again))[0]?.drift).toMatchObject([{ reason: "missing", certainty: "named" }]);
  });

  it("names who opened a part of an exception that is over, of which nobody here knows that it was seen closed", async () => {
    const rule = {
      direction: "in" as const,
      protocol: "tcp",
      ports: { from: 22, to: 22 },
      peer: { kind: "cidr" as const, cidr: "203.0.113.0/24" },
      description: "",
    };
    const exceptions = [{ rule, author: "carol", reason: "a move", until: NOW - 86_400 }];
    const door = armRule("door", 300, { sourceAddressPrefix: "203.0.113.7/32", destinationPortRange: "22" });
    const opened = await open({ desired: { exceptions }, rules: [GOOD, END, door] });
    await opened.hear(event(ruleId("door")));
    const [report] = await reports(opened);
    expect(report?.drift).toMatchObject([
      { reason: "exception-over", certainty: "named", isHealed: true, exception: { author: "carol" } },
    ]);
  });

  it("does not take for likely who touched a rule that is there, or was there just now", async () => {
    for (const name of ["end", "ssh"]) {
      const opened = await open({ rules: [END, SSH] });
      await opened.hear(event(ruleId(name)));
      const [report] = await reports(opened);
      expect(report?.drift.find(({ reason }) => reason === "missing")).toMatchObject({
        certainty: "unknown",
      });
    }
  });

  it("passes over its own changes, and those of groups that the link does not name", async () => {
    const opened = await open({ rules: [GOOD, END, SSH] });
    await opened.hear(event(ruleId("ssh"), { claims: { appid: "x", [OID]: OWN } }));
    await opened.hear(event(ruleId("ssh").replace("nsg-bunny", "nsg-other")));
    await opened.hear({ nonsense: true });
    expect(opened.nsg.calls).toEqual([]);
    expect(opened.records).toMatchObject([
      { event: "allowlist.passed-over", reason: "own-change" },
      { event: "allowlist.passed-over", reason: "not-ours" },
      { event: "allowlist.passed-over", reason: "other-event" },
    ]);
  });

  it("looks for one event after another, and notes a change that it finds put right already", async () => {
    const opened = await open();
    await opened.hear(event(ruleId("ssh")));
    expect(opened.nsg.calls).toEqual(["read"]);
    expect(await reports(opened)).toMatchObject([{ driftCount: 0, seen: [{ touched: ["ssh"] }] }]);
  });

  it("tells each change that it hears of once", async () => {
    const opened = await open();
    await opened.hear(event(ruleId("one")));
    await opened.hear(event(ruleId("two")));
    const seen = (await reports(opened)).map((report) => report?.seen.map(({ touched }) => touched.join()));
    expect(seen).toEqual([["one"], ["two"]]);
  });

  it("makes one more look of all the events that come while it works, and attributes each rule to its actor", async () => {
    const other = armRule("rdp", 301, { sourceAddressPrefix: "*", destinationPortRange: "3389" });
    const opened = await openSlow({ rules: [GOOD, END, SSH, other] });
    const first = opened.hear(event(ruleId("ssh")));
    await opened.reading;
    const others = [
      opened.hear(event(ruleId("rdp"), { claims: GUEST })),
      ...Array.from({ length: 200 }, (_, index) => opened.hear(event(ruleId(`x${index}`)))),
    ];
    opened.go();
    await Promise.all([first, ...others]);
    const [report, ...more] = await reports(opened);
    expect(report?.drift).toMatchObject([
      { id: "ssh", certainty: "named", change: expect.any(String) },
      { id: "rdp", certainty: "named", change: expect.any(String) },
    ]);
    const actorOf = (id: string) => {
      const drift = report?.drift.find((one) => one.id === id);
      return report?.seen.find((one) => one.id === drift?.change)?.actor.name;
    };
    expect([actorOf("ssh"), actorOf("rdp")]).toEqual([ALICE[UPN], GUEST[UPN]]);
    expect(more).toHaveLength(1);
    expect(opened.nsg.calls.filter((call) => call === "read")).toHaveLength(4);
  });

  it("names nobody for what was done before the group was last seen in order", async () => {
    const opened = await open();
    await opened.hear(event(ruleId("harmless")));
    opened.time.now += 500;
    opened.nsg.meddle((rules) => [...rules, SSH]);
    await opened.hear({
      ...event(ruleId("late"), { claims: GUEST }),
      eventTime: new Date((NOW - 100) * 1_000).toISOString(),
    });
    expect((await reports(opened)).at(-1)?.drift).toMatchObject([{ id: "ssh", certainty: "unknown" }]);
  });

  it("changes nothing while the link is frozen, tells all, and needs no second event", async () => {
    const opened = await open({ rules: [GOOD, END, SSH] });
    await keepFreeze(opened.keeper, { frozen: true, reason: "a look", at: NOW });
    await opened.hear(event(ruleId("ssh")));
    expect(opened.writes()).toEqual([]);
    expect(await reports(opened)).toMatchObject([{ withheld: { because: "frozen" }, driftCount: 1 }]);
  });
});

describe("createNsgListener, when something fails", () => {
  const failing = (code: string, retryable: boolean) => (call: string) => {
    if (call === "read")
      throw new CloudError({ provider: "azure", operation: "Get", target: "nsg", code, retryable });
  };

  it("has the event come again when the NSG cannot be read for now", async () => {
    const opened = await open({ meet: failing("unreachable", true) });
    await expect(opened.hear(event(ruleId("ssh")))).rejects.toMatchObject({ code: "unreachable" });
  });

  it("does not when no second event would help, and says in the log what it is", async () => {
    const opened = await open({ meet: failing("AuthorizationFailed", false) });
    await opened.hear(event(ruleId("ssh")));
    expect(opened.records).toContainEqual({
      level: "error",
      event: "allowlist.unread",
      group: "bunny",
      code: "AuthorizationFailed",
    });
  });

  it("has the event come again when it could not finish in its time, and notes what it did", async () => {
    const rules = [GOOD, END, SSH];
    const opened = await open({ rules });
    opened.time.leftMs = 1_000;
    await expect(opened.hear(event(ruleId("ssh")))).rejects.toMatchObject({
      code: "unfinished",
      retryable: true,
    });
    expect(await reports(opened)).toMatchObject([{ isMore: true }]);
  });

  it("looks into its own changes when it cannot tell who it is", async () => {
    const opened = await open();
    const listen = createNsgListener({
      hand: {
        ...opened.hand,
        places: new Map([...opened.hand.places].map(([name, place]) => [name, { ...place, id: NSG }])),
      },
      ownIdentities: async () => [],
    });
    await listen(opened.call, event(ruleId("ssh"), { claims: { appid: "x", [OID]: OWN } }));
    expect(opened.nsg.calls).toEqual(["read"]);
  });
});

const UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";

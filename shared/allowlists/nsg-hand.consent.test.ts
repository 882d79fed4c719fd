import { describe, expect, it } from "vitest";
import { endpoints } from "../azure-api/contract.ts";
import { keepFreeze } from "../freeze/hand.ts";
import { carryOut } from "../notes/carry-out.ts";
import { scopeOf } from "./agreed.ts";
import type { GroupReport } from "./group-report.ts";
import { readConsent } from "./nsg-consent.ts";
import { acceptGroup, healGroups } from "./nsg-hand.ts";
import { ruleKey } from "./rule-key.ts";
import type { AzureGroup } from "./schema.ts";
import { armRule, END, GOOD, ID, openNsgHand, SSH } from "./test-nsg-hand.ts";
import { BUNNY, NOW, OFFICE } from "./test-nsg-plan.ts";

type Opened = Awaited<ReturnType<typeof openNsgHand>>;

/** As it comes over the wire. */
async function heal({ hand, call }: Opened): Promise<GroupReport> {
  const answer = await healGroups(hand, call, { groups: ["bunny"] });
  const [report] = endpoints["allowlists.heal"].outcome.parse(answer).groups;
  if (report === undefined || "problem" in report) throw new Error("there is no report");
  return report;
}
const freeze = ({ keeper }: Opened) => keepFreeze(keeper, { frozen: true, reason: "a look", at: NOW });
const keys = async ({ keeper }: Opened) => {
  const { lastApplied, accepted } = await readConsent(keeper, "bunny");
  return { lastApplied: lastApplied?.map(ruleKey) ?? null, accepted };
};

describe("healGroups, and what people agreed to", () => {
  it("only tells of a group that is met for the first time, until it is accepted, and then remembers its wish", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], lastApplied: null });
    const { hand, call, wish } = opened;
    expect(await heal(opened)).toMatchObject({ withheld: { because: "first-met", count: 1 }, done: [] });
    expect(await acceptGroup(hand, call, { group: "bunny", wish })).toEqual({ outcome: "accepted" });
    expect(await heal(opened)).toMatchObject({ withheld: null, closed: 1 });
    expect(await keys(opened)).toEqual({ lastApplied: ["in tcp 443 10.10.1.0/24"], accepted: null });
  });

  it("holds what a smaller link would close until it is accepted", async () => {
    const office = armRule("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
    const opened = await openNsgHand({ rules: [GOOD, END, office], lastApplied: [BUNNY, OFFICE] });
    const { hand, call, wish } = opened;
    expect(await heal(opened)).toMatchObject({ awaitingConsent: ["in tcp 443 192.0.2.0/24"], done: [] });
    expect((await keys(opened)).lastApplied).toEqual(["in tcp 443 10.10.1.0/24", "in tcp 443 192.0.2.0/24"]);
    await acceptGroup(hand, call, { group: "bunny", wish });
    expect(await heal(opened)).toMatchObject({ awaitingConsent: [], closed: 1 });
    expect(await keys(opened)).toEqual({ lastApplied: ["in tcp 443 10.10.1.0/24"], accepted: null });
  });

  it("closes as much of a smaller link as may be without being asked", async () => {
    const office = armRule("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
    const opened = await openNsgHand({
      rules: [GOOD, END, office],
      lastApplied: [BUNNY, OFFICE],
      shrinkMax: 1,
    });
    expect(await heal(opened)).toMatchObject({ awaitingConsent: [], closed: 1 });
  });

  it("does not remember a wish that was not carried out", async () => {
    const opened = await openNsgHand({
      rules: [END],
      desired: { rules: [BUNNY, OFFICE] },
      lastApplied: [BUNNY],
    });
    opened.time.leftMs = 1_000;
    expect(await heal(opened)).toMatchObject({ isMore: true });
    expect((await keys(opened)).lastApplied).toEqual(["in tcp 443 10.10.1.0/24"]);
    opened.time.leftMs = 60_000;
    expect(await heal(opened)).toMatchObject({ isMore: false, opened: 2 });
    expect((await keys(opened)).lastApplied).toHaveLength(2);
  });

  it("does not remember a wish while somebody's change of what it closes goes on", async () => {
    const office = armRule("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
    const opened = await openNsgHand({
      rules: [GOOD, END, office],
      lastApplied: [BUNNY, OFFICE],
      shrinkMax: 1,
    });
    const groups = {
      ...opened.nsg,
      async read(id: string) {
        const observed = await opened.nsg.read(id);
        return observed && { ...observed, changing: new Set(["office"]) };
      },
    };
    const stuck = { ...opened, hand: { ...opened.hand, groups } };
    expect(await heal(stuck)).toMatchObject({
      done: [],
      isMore: true,
      drift: [{ id: "office", isHealed: false }],
    });
    expect((await keys(opened)).lastApplied).toHaveLength(2);
  });

  it("meets for the first time another NSG of the same name, and one of which it looks after more", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    const { hand, desired } = opened;
    const changed: readonly Partial<AzureGroup>[] = [
      { group: { ...desired.group, nsg: "nsg-other" } },
      { directions: ["in", "out"] },
    ];
    for (const change of changed) {
      const places = new Map([["bunny", { desired: { ...desired, ...change }, id: ID }]]);
      const report = await heal({ ...opened, hand: { ...hand, places } });
      expect(report).toMatchObject({ withheld: { because: "first-met" }, done: [] });
      const { wish } = report;
      const other = { ...hand, places };
      const old = await acceptGroup(other, opened.call, { group: "bunny", wish: opened.wish });
      expect(old).toMatchObject({ reason: "other-wish" });
      expect(wish).not.toBe(opened.wish);
    }
    expect(opened.writes()).toEqual([]);
    expect(await heal(opened)).toMatchObject({ withheld: null, closed: 1 });
  });

  it("goes on by what an earlier version kept without its NSG where that is in order, and only there", async () => {
    const earlier = JSON.stringify({ lastApplied: [BUNNY], accepted: null });
    for (const [rules, because] of [
      [[GOOD, END], null],
      [[GOOD, END, SSH], "first-met"],
    ] as const) {
      const opened = await openNsgHand({ rules: [...rules], lastApplied: null });
      await opened.rows.insert({ partition: "allowlists", name: "bunny" }, earlier);
      const report = await heal(opened);
      expect(report.withheld?.because ?? null).toBe(because);
      expect(opened.writes()).toEqual([]);
      const { scope } = await readConsent(opened.keeper, "bunny");
      expect(scope).toEqual(because === null ? scopeOf(opened.desired) : null);
    }
  });

  it("touches nothing when what was agreed to cannot be read, and says so in the log", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], lastApplied: null });
    await opened.rows.insert({ partition: "allowlists", name: "bunny" }, "{");
    expect(await heal(opened)).toMatchObject({ withheld: { because: "first-met" } });
    expect(opened.records).toContainEqual({
      level: "error",
      event: "allowlist.consent-unreadable",
      group: "bunny",
    });
    expect(opened.writes()).toEqual([]);
  });

  it("heals all the same when its memory cannot be written, and says so in the log", async () => {
    const opened = await openNsgHand({
      rules: [END],
      desired: { rules: [BUNNY, OFFICE] },
      lastApplied: [BUNNY],
    });
    const rows = { ...opened.rows, replace: async () => "changed" as const };
    const call = { ...opened.call, keeper: { ...opened.keeper, rows } };
    expect(await heal({ ...opened, call })).toMatchObject({ opened: 2, isMore: false });
    expect(opened.records).toContainEqual(
      expect.objectContaining({ event: "allowlist.consent-unwritten", code: "changed-meanwhile" }),
    );
  });
});

describe("acceptGroup", () => {
  it("refuses a group that its own copy of the link does not name", async () => {
    const { hand, call, wish } = await openNsgHand();
    expect(await acceptGroup(hand, call, { group: "other", wish })).toMatchObject({
      reason: "unknown-group",
    });
  });

  it("refuses another wish than the link has, and remembers nothing", async () => {
    const opened = await openNsgHand({ lastApplied: null });
    const answer = await acceptGroup(opened.hand, opened.call, { group: "bunny", wish: "0".repeat(64) });
    expect(answer).toMatchObject({ outcome: "refused", reason: "other-wish" });
    expect((await keys(opened)).accepted).toBeNull();
  });

  it("keeps what was applied last", async () => {
    const opened = await openNsgHand({ lastApplied: [BUNNY, OFFICE] });
    await acceptGroup(opened.hand, opened.call, { group: "bunny", wish: opened.wish });
    expect(await keys(opened)).toEqual({
      lastApplied: ["in tcp 443 10.10.1.0/24", "in tcp 443 192.0.2.0/24"],
      accepted: opened.wish,
    });
  });

  it("is kept though a run writes at the same time", async () => {
    const opened = await openNsgHand();
    opened.rows.before = async () => {
      await opened.rows.remove({ partition: "allowlists", name: "bunny" });
    };
    await acceptGroup(opened.hand, opened.call, { group: "bunny", wish: opened.wish });
    expect((await keys(opened)).accepted).toBe(opened.wish);
  });

  it("is refused while the link is frozen, as every act", async () => {
    const opened = await openNsgHand();
    await freeze(opened);
    const { hand, call, keeper, wish } = opened;
    const act = { act: "allowlists.accept", target: "bunny" } as const;
    const answer = await carryOut(keeper, act, () => acceptGroup(hand, call, { group: "bunny", wish }));
    expect(answer).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect((await keys(opened)).accepted).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { endpoints } from "../azure-api/contract.ts";
import { keepFreeze } from "../freeze/hand.ts";
import { HandNote } from "../notes/schema.ts";
import { CloudError } from "../runtime/errors.ts";
import type { GroupReport } from "./group-report.ts";
import { healGroups, planGroups } from "./nsg-hand.ts";
import { armRule, END, GOOD, ID, openNsgHand, SSH } from "./test-nsg-hand.ts";
import { NOW, OFFICE } from "./test-nsg-plan.ts";

type Opened = Awaited<ReturnType<typeof openNsgHand>>;

/** As it comes over the wire. */
async function heal({ hand, call }: Opened): Promise<GroupReport> {
  const answer = await healGroups(hand, call, { groups: ["bunny"] });
  const [report] = endpoints["allowlists.heal"].outcome.parse(answer).groups;
  if (report === undefined || "problem" in report) throw new Error("there is no report");
  return report;
}
async function plan({ hand, call }: Opened): Promise<GroupReport> {
  const answer = await planGroups(hand, call, { groups: ["bunny"] });
  const [report] = endpoints["allowlists.plan"].outcome.parse(answer).groups;
  if (report === undefined || "problem" in report) throw new Error("there is no report");
  return report;
}
const freeze = ({ keeper }: Opened) => keepFreeze(keeper, { frozen: true, reason: "a look", at: NOW });

describe("healGroups", () => {
  it("finds a group that is as it should be, writes nothing and notes nothing", async () => {
    const opened = await openNsgHand();
    expect(await heal(opened)).toMatchObject({
      group: "bunny",
      at: NOW,
      wish: opened.wish,
      driftCount: 0,
      done: [],
      withheld: null,
      isMore: false,
    });
    expect(opened.writes()).toEqual([]);
    expect(await opened.notes()).toEqual([]);
  });

  it("puts right what differs, tells what it did, and notes it", async () => {
    const opened = await openNsgHand({ rules: [END, SSH] });
    const report = await heal(opened);
    expect(report).toMatchObject({
      drift: [
        { reason: "missing", rule: "in tcp 443 10.10.1.0/24", certainty: "unknown", isHealed: true },
        { reason: "unwanted", rule: "in tcp 22 *", id: "ssh", certainty: "unknown", isHealed: true },
      ],
      done: [
        { kind: "open", rule: "in tcp 443 10.10.1.0/24", reason: "missing" },
        { kind: "close", rule: "in tcp 22 *", id: "ssh", reason: "unwanted" },
      ],
      opened: 1,
      closed: 1,
      healedCount: 2,
      failures: [],
    });
    expect(opened.records).toEqual([
      expect.objectContaining({
        level: "info",
        event: "allowlist.healed",
        group: "bunny",
        opened: 1,
        closed: 1,
      }),
    ]);
    const notes = await opened.notes();
    expect(notes).toMatchObject([
      { act: "allowlists.heal", target: "bunny", outcome: "healed", function: "f-1", report },
    ]);
    expect(notes.map((note) => HandNote.safeParse(note).success)).toEqual([true]);
  });

  it("tells of a group that it has no NSG for, and of one that cannot be read, and heals the others", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    const { hand, call, desired, nsg } = opened;
    const places = new Map([
      ...hand.places,
      ["nodes", { desired: { ...desired, name: "nodes" }, id: "/nsgs/nodes" }],
    ]);
    const groups = {
      ...nsg,
      async read(id: string) {
        const [operation, target, code] = ["GetNetworkSecurityGroup", "nodes", "AuthorizationFailed"];
        if (id !== ID) throw new CloudError({ provider: "azure", operation, target, code, retryable: false });
        return await nsg.read(id);
      },
    };
    const answer = await healGroups({ ...hand, places, groups }, call, {
      groups: ["nodes", "other", "bunny"],
    });
    expect(endpoints["allowlists.heal"].outcome.parse(answer).groups).toMatchObject([
      { group: "nodes", problem: { code: "AuthorizationFailed", operation: "GetNetworkSecurityGroup" } },
      { group: "other", problem: { code: "unknown-group", operation: "allowlists.heal", retryable: false } },
      { group: "bunny", closed: 1 },
    ]);
  });

  it("tells that the NSG is not there", async () => {
    const opened = await openNsgHand();
    opened.nsg.exists = false;
    expect(await heal(opened)).toMatchObject({ troubles: [{ kind: "no-such-group", rules: [] }], done: [] });
  });

  it("does not tell as a difference what another run has put right before it could", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    const groups = {
      ...opened.nsg,
      async remove() {
        opened.nsg.meddle((rules) => rules.filter(({ name }) => name !== "ssh"));
        return { kind: "gone" as const };
      },
    };
    const report = await heal({ ...opened, hand: { ...opened.hand, groups } });
    expect(report).toMatchObject({ drift: [], done: [], failures: [] });
    expect(await opened.notes()).toEqual([]);
  });

  it("tells as put right what it has written last, though the group could not be read again", async () => {
    const [operation, target, code] = ["GetNetworkSecurityGroup", "bunny", "unreachable"];
    let reads = 0;
    const meet = (call: string) => {
      reads += call === "read" ? 1 : 0;
      if (reads > 2) throw new CloudError({ provider: "azure", operation, target, code, retryable: true });
    };
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], meet });
    expect(await heal(opened)).toMatchObject({
      drift: [{ id: "ssh", isHealed: true }],
      closed: 1,
      isMore: true,
    });
  });

  it("notes failures, though nothing was done", async () => {
    const meet = (call: string) => {
      const [operation, target, code] = [call, "ssh", "ScopeLocked"];
      if (call !== "read")
        throw new CloudError({ provider: "azure", operation, target, code, retryable: false });
    };
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], meet });
    const report = await heal(opened);
    expect(report).toMatchObject({
      drift: [{ id: "ssh", isHealed: false }],
      failures: [
        { change: { kind: "close", id: "ssh" }, code: "ScopeLocked", isLasting: true },
        { change: { kind: "close", reason: "shut" }, code: "ScopeLocked", isLasting: true },
      ],
      failureCount: 2,
    });
    expect(await opened.notes()).toMatchObject([{ report: { failureCount: 2 } }]);
  });

  it("tells as put right what it has shut, though Azure keeps it from being taken away", async () => {
    const meet = (call: string) => {
      const [operation, target, code] = [call, "ssh", "ScopeLocked"];
      if (call === "remove")
        throw new CloudError({ provider: "azure", operation, target, code, retryable: false });
    };
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], meet });
    expect(await heal(opened)).toMatchObject({
      drift: [{ id: "ssh", isHealed: true }],
      done: [{ kind: "close", reason: "shut" }],
      failures: [{ change: { kind: "close", id: "ssh" } }],
    });
    expect(await heal(opened)).toMatchObject({ drift: [], done: [], failureCount: 1 });
  });

  it("writes nothing while the link is frozen, and tells what it would do", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    await freeze(opened);
    expect(await heal(opened)).toMatchObject({
      drift: [{ id: "ssh", isHealed: false }],
      withheld: { because: "frozen", changes: [{ kind: "close", id: "ssh" }], count: 1 },
      done: [],
    });
    expect(opened.writes()).toEqual([]);
  });

  it("touches nothing when nobody can tell whether the link is frozen", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    opened.rows.trouble = "ServerBusy";
    expect(await healGroups(opened.hand, opened.call, { groups: ["bunny"] })).toMatchObject({
      groups: [{ problem: { code: "ServerBusy", retryable: true } }],
    });
    expect(opened.writes()).toEqual([]);
  });

  it("only tells of a group in report mode, frozen or not", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], desired: { mode: "report" } });
    const withheld = { because: "report-mode", changes: [{ kind: "close", id: "ssh" }], count: 1 };
    expect(await heal(opened)).toMatchObject({ withheld });
    await freeze(opened);
    expect(await heal(opened)).toMatchObject({ withheld });
    expect(opened.writes()).toEqual([]);
  });

  it("tells who is named for an exception that is over: the link, with its author and reason", async () => {
    const over = { rule: OFFICE, author: "alice", reason: "an incident", until: NOW - 60 };
    const office = armRule("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
    const opened = await openNsgHand({ rules: [GOOD, END, office], desired: { exceptions: [over] } });
    expect((await heal(opened)).drift).toMatchObject([
      {
        reason: "exception-over",
        rule: "in tcp 443 192.0.2.0/24",
        exception: { author: "alice", reason: "an incident", until: NOW - 60 },
        certainty: "link",
        isHealed: true,
      },
    ]);
  });
});

describe("planGroups", () => {
  it("tells what would be done, writes nothing and notes nothing", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    expect(await plan(opened)).toMatchObject({
      drift: [{ id: "ssh", isHealed: false }],
      withheld: { because: "plan-only", changes: [{ kind: "close", id: "ssh" }], count: 1 },
    });
    expect(opened.nsg.calls).toEqual(["read"]);
    expect(await opened.notes()).toEqual([]);
  });

  it("says of a group that is only looked at why, and of none that all is as it should be by mistake", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH], lastApplied: null });
    expect(await plan(opened)).toMatchObject({ withheld: { because: "first-met", count: 1 }, driftCount: 1 });
    expect(await planGroups(opened.hand, opened.call, { groups: ["other"] })).toMatchObject({
      groups: [{ group: "other", problem: { code: "unknown-group", operation: "allowlists.plan" } }],
    });
  });
});

describe("healGroups, before its first write", () => {
  const begunAtEachWrite = (opened: Awaited<ReturnType<typeof openNsgHand>>, seen: unknown[]) => ({
    ...opened.nsg,
    async remove(...given: Parameters<typeof opened.nsg.remove>) {
      for (const { outcome, report } of await opened.notes()) seen.push([outcome, report?.begunUntil]);
      return await opened.nsg.remove(...given);
    },
  });

  it("notes what it is about to put right, and has one note in the end, of what it did", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    const seen: unknown[] = [];
    const groups = begunAtEachWrite(opened, seen);
    await heal({ ...opened, hand: { ...opened.hand, groups } });
    expect(seen).toEqual([["begun", opened.time.now + 60]]);
    expect(await opened.notes()).toMatchObject([{ outcome: "healed", report: { closed: 1 } }]);
  });

  it("leaves that note where it dies, with what differed", async () => {
    const opened = await openNsgHand({ rules: [GOOD, END, SSH] });
    const groups = {
      ...opened.nsg,
      remove: () => Promise.reject(new Error("the process ended")),
    };
    await expect(heal({ ...opened, hand: { ...opened.hand, groups } })).rejects.toThrow();
    expect(await opened.notes()).toMatchObject([
      { outcome: "begun", report: { drift: [{ id: "ssh", isHealed: false }], done: [], healedCount: 0 } },
    ]);
  });

  it("notes nothing where nothing is to be done, or may be", async () => {
    const calm = await openNsgHand();
    await heal(calm);
    expect(await calm.notes()).toEqual([]);
    const met = await openNsgHand({ rules: [GOOD, END, SSH], lastApplied: null });
    await heal(met);
    expect(await met.notes()).toEqual([]);
  });
});

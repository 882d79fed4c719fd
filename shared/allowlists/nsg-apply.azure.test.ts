/** applyNsg over Resource Manager's stand-in, as it is on a bad day: slow, busy, throttled, and with writes that fail later. */
import { afterEach, describe, expect, it } from "vitest";
import { azurePerson } from "../../local/azure/arm/nsg/person.ts";
import { alice, hand, named, nsgId, startNsgs } from "../../local/azure/arm/nsg/test-nsgs.ts";
import { armClient } from "../runtime/arm.ts";
import { applyNsg } from "./nsg-apply.ts";
import { armNetworkSecurityGroups } from "./nsg-azure.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgRun } from "./nsg-run.ts";
import { BUNNY, groupOf, NOW, OFFICE } from "./test-nsg-plan.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const DENY = { access: "Deny", protocol: "*", sourceAddressPrefix: "*", destinationPortRange: "*" };
const bad = Array.from({ length: 8 }, (_, index) =>
  named(`bad-${index}`, { priority: 300 + index, sourceAddressPrefix: "*", destinationPortRange: "22" }),
);
/** What a group of ours without allowed rules holds. */
const RULES = [...bad, named("end", { priority: 4_096, ...DENY })];

async function open(options: Omit<Parameters<typeof startNsgs>[0] & object, "rules">) {
  const started = await startNsgs({ ...options, rules: RULES });
  closing.push(() => started.close());
  const { timers, nsgs } = started;
  const groups = armNetworkSecurityGroups(armClient(started.credential(hand), started.network));
  const desired = groupOf({ rules: [BUNNY, OFFICE] });
  const consent = { shrinkMax: 0, lastApplied: desired.rules, accepted: null };
  const run = (workMs = 240_000): Promise<NsgRun> => {
    const endsAtMs = timers.now() + workMs;
    return applyNsg({
      id: nsgId,
      groups,
      plan: (observed, untouchable, stuck) =>
        planNetworkSecurityGroup({ link: "lab", desired, observed, consent, now: NOW, untouchable, stuck }),
      mayWrite: async () => true,
      clock: () => NOW,
      remainingMs: () => endsAtMs - timers.now(),
      pause: (ms) => timers.advance(ms),
    });
  };
  /** Until nothing is left to do; a run that could not even look is made again. */
  const settle = async () => {
    for (let count = 0; count < 20; count += 1) {
      const answer = await run().catch(() => null);
      await timers.advance(5_000);
      if (answer !== null && !answer.isMore && answer.plan.changes.length === 0) return;
    }
    throw new Error("does not settle");
  };
  const names = () => nsgs.rules(nsgId).map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ""));
  return { ...started, run, settle, names };
}
const PUT_RIGHT = ["end", "warrener-lab--in-tcp-443", "warrener-lab--in-tcp-443"];

describe("applyNsg, over Resource Manager's stand-in", () => {
  it("puts a group right in one run, one write after the other", async () => {
    const { run, names, kernel } = await open({ calm: true });
    const { done, failures, isMore, plan } = await run();
    expect([done.length, failures, isMore, plan.drift]).toEqual([12, [], false, []]);
    expect(names().sort()).toEqual(PUT_RIGHT);
    expect(kernel.calls("network:CreateOrUpdateSecurityRule")).toHaveLength(3);
    expect(kernel.calls("network:DeleteSecurityRule")).toHaveLength(9);
  });

  it.each([1, 2, 3, 4, 5, 6])("comes to the same on a bad day, seed %i", async (seed) => {
    const { settle, names } = await open({ calm: false, seed });
    await settle();
    expect(names().sort()).toEqual(PUT_RIGHT);
  });

  it("comes to the same where etags mean nothing", async () => {
    const { settle, names } = await open({ calm: true, ifMatch: "ignored" });
    await settle();
    expect(names().sort()).toEqual(PUT_RIGHT);
  });

  it("goes on in the next run with what it could not finish, and touches no rule that is being changed", async () => {
    const { run, names, settle } = await open({ calm: true });
    const first = await run(15_000);
    expect(first.isMore).toBe(true);
    expect(first.done.length).toBeGreaterThan(0);
    expect(first.done.length).toBeLessThan(12);
    await settle();
    expect(names().sort()).toEqual(PUT_RIGHT);
  });

  it("writes a rule again whose write was accepted and failed later", async () => {
    const { run, names, nsgs } = await open({ calm: true });
    nsgs.failNext(nsgId);
    const { done, failures } = await run();
    expect([done.length, failures]).toEqual([12, []]);
    expect(names().sort()).toEqual(PUT_RIGHT);
  });

  it("ends where it should though somebody works in the group at the same time", async () => {
    const { run, settle, names, nsgs, timers } = await open({ calm: true });
    const person = azurePerson(nsgs, alice);
    const both = [run(), person.putRule(nsgId, named("more", { priority: 500, destinationPortRange: "22" }))];
    await timers.advance(60_000);
    await Promise.all(both);
    await settle();
    expect(names().sort()).toEqual(PUT_RIGHT);
  });
});

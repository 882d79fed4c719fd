import { describe, expect, it } from "vitest";
import { modelRotator, tunnelNamed } from "../../local/model/pre-shared-clouds.ts";
import { whatIsLeft } from "../../local/model/pre-shared-promises.ts";
import { type KeysWorld, pass } from "../../local/model/pre-shared-world.ts";
import { CloudError } from "../runtime/errors.ts";
import { planNow, type Rotator } from "./pre-shared-rotate.ts";
import { preSharedStepText } from "./pre-shared-words.ts";

import { reasonOf } from "./test-pre-shared.ts";
import { cloudFailure } from "./test-pre-shared-brain.ts";
import { calm, HOUR, look, lookFor, policy } from "./test-pre-shared-link.ts";

const stepsOf = (name: string) => [
  `${name}: make a new key: the current one was not made by us`,
  `${name}: in Azure, set the new key`,
  `${name}: in AWS, set the new key`,
  `${name}: make the new key the current one: both ends have it`,
];

describe("rotatePreSharedKeys", () => {
  it("stores what AWS has made, and replaces it, one tunnel after the other, never two down at once", async () => {
    const world = calm();
    let mostDown = 0;
    const done = await lookFor(world, 6 * HOUR, () => {
      mostDown = Math.max(mostDown, world.tunnels.filter(({ isUp }) => !isUp).length);
    });
    expect(done.slice(0, 2)).toEqual([
      "tunnel-1: store the key that AWS's end has: nothing is stored",
      "tunnel-2: store the key that AWS's end has: nothing is stored",
    ]);
    expect(done.slice(2)).toEqual([...stepsOf("tunnel-1"), ...stepsOf("tunnel-2")]);
    expect(mostDown).toBe(1);
    expect(whatIsLeft(world)).toBeNull();
  });

  it("gives Azure's ends the key that AWS has made when they have none yet", async () => {
    const world = calm();
    for (const tunnel of world.tunnels)
      Object.assign(tunnel, { azureKey: null, isUp: false, lostTo: "others" });
    const done = await lookFor(world, HOUR / 4);
    expect(done.filter((text) => text.includes("stored key"))).toEqual([
      "tunnel-1: in Azure, set the stored key again",
      "tunnel-2: in Azure, set the stored key again",
    ]);
    expect(world.tunnels.every(({ isUp }) => isUp)).toBe(true);
  });

  it("gives up when Azure accepts the key and ignores it, and leaves both ends with the old one", async () => {
    const world = calm(2, { ignoredShare: 1 });
    const before = world.tunnels.map(({ awsKey }) => awsKey);
    const done = await lookFor(world, 3 * HOUR);
    expect(done.filter((text) => text.includes("set the new key"))).toHaveLength(3);
    expect(done.at(-1)).toBe("tunnel-1: drop the pending key: the rotation was given up");
    expect(world.memory.failed).toMatchObject({ tunnel: "tunnel-1", reason: "not-taken-by-azure" });
    expect(world.tunnels.map(({ awsKey }) => awsKey)).toEqual(before);
    expect(whatIsLeft(world)).toBeNull();
    const { plan } = await planNow(modelRotator(world, policy));
    expect(plan.conditions.map(({ key }) => key)).toEqual(["pre-shared-key:tunnel-1:failed"]);
  });

  it("sets Azure back when AWS refuses the change for too long", async () => {
    const world = calm();
    const refusing = (): Partial<Rotator> => {
      const { aws } = modelRotator(world, policy);
      return { aws: { ...aws, set: async () => ({ refused: "IncorrectState" }) } };
    };
    const done: string[] = [];
    let refused = 0;
    for (const end = world.now + 3 * HOUR; world.now < end && world.memory.failed === null; pass(world, 60)) {
      const { plan, outcome } = await look(world, refusing());
      if (outcome === "refused") refused += 1;
      if (outcome === "done" && plan.step !== null) done.push(preSharedStepText(plan.step));
    }
    expect(done.slice(-2)).toEqual([
      "tunnel-1: in Azure, set the old key again",
      "tunnel-1: drop the pending key: the rotation was given up",
    ]);
    expect(world.memory.failed?.reason).toBe("not-taken-by-aws");
    expect(refused).toBe(3);
    const { plan } = await planNow(modelRotator(world, policy));
    expect(plan.conditions).toMatchObject([
      {
        key: "pre-shared-key:tunnel-1:failed",
        facts: [{}, { label: "Refused by AWS", value: "IncorrectState" }],
      },
    ]);
  });

  /** Looks as long as it takes, with Azure's end refusing what it is asked. */
  async function lookRefused(world: KeysWorld, why: string, seconds: number) {
    const { azure } = modelRotator(world, policy);
    const changes = { azure: { ...azure, set: async () => ({ refused: why }) } };
    let refused = 0;
    for (const end = world.now + seconds; world.now < end; pass(world, 60))
      if ((await look(world, changes)).outcome === "refused") refused += 1;
    return refused;
  }

  it("asks an end that refuses again after longer and longer pauses, and tells the reason", async () => {
    const world = calm();
    await lookFor(world, 6 * HOUR);
    Object.assign(tunnelNamed(world, "tunnel-1"), { azureKey: "by.hand", differBy: "others", isUp: false });
    expect(await lookRefused(world, "other-outside-address", 2 * HOUR)).toBe(4);
    const { plan } = await planNow(modelRotator(world, policy));
    expect(reasonOf(plan, "tunnel-1")).toBe("back-off");
    const facts = [
      { label: "Waits", value: "an end was asked before, in vain" },
      { label: "Refused by Azure", value: "other-outside-address" },
    ];
    expect(plan.conditions).toMatchObject([{ key: "pre-shared-key:tunnel-1:ends-differ", facts }]);
  });

  it("asks again at the next look when the refusal is over by then", async () => {
    for (const why of ["tunnel-busy", "lease-lost", "frozen"]) {
      const world = calm();
      await lookFor(world, 6 * HOUR);
      Object.assign(tunnelNamed(world, "tunnel-1"), { azureKey: "by.hand", differBy: "others", isUp: false });
      expect(await lookRefused(world, why, 600)).toBeGreaterThan(5);
      expect(world.memory.tunnels[0]?.asked.filter(({ at }) => at > world.now - 600)).toEqual([]);
    }
  });

  it("takes no rotation for begun whose first step was refused: it waits for what really keeps it", async () => {
    const world = calm();
    for (let refused = 0; refused === 0; ) refused = await lookRefused(world, "unknown-tunnel", 60);
    expect(world.memory.attempt).toBeNull();
    world.incidents = [{ key: "certificate:bunny-client:late", severity: "warning" }];
    const { plan } = await planNow(modelRotator(world, policy));
    expect(reasonOf(plan, "tunnel-1")).toBe("incident-open");
    expect(plan.step).toBeNull();
  });

  it("does not lose what it has done when the lease cannot be given back", async () => {
    const world = calm();
    const { lease } = modelRotator(world, policy);
    const release = () => Promise.reject(cloudFailure("ThrottlingException"));
    expect((await look(world, { lease: { ...lease, release } })).outcome).toBe("done");
  });

  it("brings a tunnel back that somebody has given another key, at either end", async () => {
    const world = calm();
    await lookFor(world, 6 * HOUR);
    const byHand = { negotiatesAt: world.now, differBy: "others", differAt: world.now };
    const kept = world.tunnels.map(({ awsKey }) => awsKey);
    Object.assign(tunnelNamed(world, "tunnel-1"), { azureKey: "by.hand.in.azure", ...byHand });
    Object.assign(tunnelNamed(world, "tunnel-2"), { awsKey: "by.hand.in.aws", ...byHand });
    pass(world, 60);
    expect(world.tunnels.some(({ isUp }) => isUp)).toBe(false);
    const done = await lookFor(world, HOUR);
    expect(done).toEqual([
      "tunnel-1: in Azure, set the stored key again",
      "tunnel-2: in AWS, set the stored key again",
    ]);
    expect(world.tunnels.map(({ awsKey }) => awsKey)).toEqual(kept);
    expect(whatIsLeft(world)).toBeNull();
  });

  it("tells the tunnels concern before a healthy tunnel is touched, and when it is over", async () => {
    const world = calm();
    const planned: boolean[] = [];
    world.onSet = (tunnel) =>
      planned.push(world.work?.tunnel === tunnel.name && world.work.reason === "planned");
    await lookFor(world, 6 * HOUR);
    expect(planned).toEqual([true, true, true, true]);
    expect(world.work).toBeNull();
  });

  it("touches nothing when a repair has begun meanwhile", async () => {
    const world = calm();
    let asked = 0;
    for (const end = world.now + HOUR; world.now < end; pass(world, 60)) {
      const { store } = modelRotator(world, policy);
      const { outcome } = await look(world, { store: { ...store, announce: async () => false } });
      if (outcome === "work-under-way") asked += 1;
    }
    expect(asked).toBeGreaterThan(0);
    // Nothing was begun, so nothing has failed.
    expect(world.memory).toMatchObject({ attempt: null, failed: null });
    expect(world.tunnels.every(({ azureKey }) => azureKey?.startsWith("made.by.aws"))).toBe(true);
  });

  it("touches nothing while another one holds the lease, nor with a lease that it has lost", async () => {
    const world = calm();
    world.lease = { fence: 3, until: world.now + 1_200 };
    expect((await look(world)).outcome).toBe("lease-held");
    world.lease.until = 0;
    const { lease } = modelRotator(world, policy);
    expect((await look(world, { lease: { ...lease, check: async () => false } })).outcome).toBe("lease-lost");
    expect([...world.secrets.values()].every(({ versions }) => versions.size === 0)).toBe(true);
  });

  it("looks again under the lease: what is not due any more is not done", async () => {
    const world = calm();
    const { lease } = modelRotator(world, policy);
    const acquire: Rotator["lease"]["acquire"] = async (holder) => {
      world.frozen = true;
      return await lease.acquire(holder);
    };
    expect((await look(world, { lease: { ...lease, acquire } })).outcome).toBe("not-due-any-more");
  });

  it("begins no call for which there is no time left", async () => {
    expect((await look(calm(), { remainingMs: () => 39_999 })).outcome).toBe("no-time-left");
  });

  it("changes nothing when another run has written meanwhile", async () => {
    const world = calm();
    const { store } = modelRotator(world, policy);
    expect((await look(world, { store: { ...store, write: async () => null } })).outcome).toBe("other-run");
    expect(world.lease.fence).toBe(0);
  });

  it("remembers that it asked when the answer is lost, and asks no second time before it may tell", async () => {
    const world = calm();
    const { azure } = modelRotator(world, policy);
    const sets: string[] = [];
    const set: typeof azure.set = async (order) => {
      sets.push(order.tunnel.name);
      await azure.set(order);
      throw new CloudError({
        provider: "azure",
        operation: "set",
        target: "",
        code: "timeout",
        retryable: true,
      });
    };
    const outcomes: string[] = [];
    for (; sets.length === 0; pass(world, 60))
      outcomes.push((await look(world, { azure: { ...azure, set } })).outcome);
    expect(outcomes.at(-1)).toBe("unknown");
    expect(world.memory.attempt?.tunnel).toBe("tunnel-1");
    expect(world.memory.tunnels[0]?.asked).toMatchObject([{ end: "azure" }]);
    const done = await lookFor(world, 6 * HOUR);
    expect(done[0]).toBe("tunnel-1: in AWS, set the new key");
  });

  it("has no key in any plan, in what it remembers, or in what it answers", async () => {
    const world = calm();
    const said: string[] = [];
    await lookFor(world, 6 * HOUR, (seen) => said.push(JSON.stringify([seen, world.memory, world.work])));
    const keys = [...world.secrets.values()].flatMap(({ versions }) =>
      [...versions.values()].map(({ value }) => /"key":"([^"]+)"/.exec(value)?.[1] ?? ""),
    );
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(said.some((text) => text.includes(key))).toBe(false);
  });
});

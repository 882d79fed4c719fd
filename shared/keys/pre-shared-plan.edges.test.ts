/** The very second, and what only one end or one tunnel has, of a plan for pre-shared keys. */
import { describe, expect, it } from "vitest";
import { awsEnd, desiredOf, down, up } from "../tunnels/test-tunnels.ts";
import {
  DAY,
  keyOf,
  knownOf,
  memoryWith,
  NOW,
  old,
  planWith,
  policy,
  reasonOf,
  stored,
  tunnelsMemoryWith,
} from "./test-pre-shared.ts";

const pending = stored("p", { createdAt: NOW - 60 });
const attempt = { tunnel: "one-a", versionId: "p", startedAt: NOW - 60, turnedBack: null };
const asked = (end: "aws" | "azure", at: number, versionId = "p") => ({ end, versionId, at });
const modifying = { connectionState: "modifying" };
const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];
const staged = keyOf("one-a", { current: old("c"), pending });
const halfway = keyOf("one-a", { azure: "pending", pending });
const lost = [down("one-a"), up("one-b")];
const memoryOf = (...its: ReturnType<typeof asked>[]) =>
  memoryWith({ attempt }, knownOf("one-a", { asked: its }));

describe("planPreSharedKeys tells of all tunnels", () => {
  it("by name, those that come later among those that wait", () => {
    const names = ["one-a", "one-b", "one-c"];
    const [of] = tunnelsMemoryWith().tunnels;
    const plan = planWith({
      desired: desiredOf(...names.toReversed()),
      keys: [
        keyOf("one-a", { current: old("a") }),
        keyOf("one-b"),
        keyOf("one-c", { current: stored("c", { createdAt: 0 }) }),
      ],
      tunnels: names.map(up),
      memory: memoryWith({ tunnels: names.map((name) => knownOf(name)) }),
      tunnelsMemory: tunnelsMemoryWith({
        tunnels: names.flatMap((name) => (of === undefined ? [] : [{ ...of, name }])),
      }),
    });
    expect(plan.step).toMatchObject({ kind: "stage", tunnel: "one-c" });
    expect(plan.waits.map(({ tunnel, reason }) => [tunnel, reason])).toEqual([
      ["one-a", "other-first"],
      ["one-b", "not-due"],
    ]);
  });

  it("with the keys as they count, one that was not asked for as unread", () => {
    expect(planWith().keys).toEqual([keyOf("one-a"), keyOf("one-b")]);
    const unknown = { unknown: "not-answered" };
    expect(planWith({ keys: [keyOf("one-a")] }).keys[1]).toEqual({
      name: "one-b",
      stored: unknown,
      aws: unknown,
      azure: unknown,
      same: false,
    });
  });

  it("with the earliest time at which there may be something to do, and none when nobody can tell", () => {
    const keys = one(keyOf("one-a", { current: stored("c", { createdAt: NOW - 20 * DAY }) }));
    expect(planWith({ keys }).nextAt).toBe(NOW + 10 * DAY);
    const unread = { ...keyOf("one-a"), stored: { unknown: "Throttling" } };
    expect(planWith({ keys: one(unread) }).nextAt).toBe(NOW + 20 * DAY);
    expect(planWith({ frozen: true }).nextAt).toBeNull();
  });
});

describe("planPreSharedKeys, of ends that have other keys", () => {
  const stepOf = (ends: Parameters<typeof keyOf>[1]) =>
    planWith({ keys: one(keyOf("one-a", ends)), tunnels: lost }).step;

  it.each([
    ["Azure's end alone", { aws: "current", azure: "other", pending }],
    ["both ends, and neither the pending one", { aws: "other", azure: "none", pending }],
  ] as const)("brings back to the stored key: %s", (_, ends) => {
    expect(stepOf(ends)).toMatchObject({ kind: "set", end: "azure", versionId: "c", reason: "re-sync" });
  });

  it("promotes, where nothing is current, the pending key that AWS has, and no other", () => {
    const ends = { current: null, azure: "other", pending } as const;
    expect(stepOf({ ...ends, aws: "pending" })).toMatchObject({ kind: "promote", from: null, to: "p" });
    expect(stepOf({ ...ends, aws: "other" })).toMatchObject({ kind: "adopt", reason: "nothing-stored" });
    const foreign = stored("p", { origin: null });
    expect(stepOf({ ...ends, aws: "pending", pending: foreign })).toMatchObject({ kind: "adopt" });
  });

  it("adopts nothing where AWS has no key", () => {
    const keys = one(keyOf("one-a", { current: null, aws: "none", azure: "other" }));
    const plan = planWith({ keys, tunnels: lost });
    expect(plan.step).toBeNull();
    expect(reasonOf(plan, "one-a")).toBe("absent");
  });

  it("waits with AWS's end of a lost tunnel while AWS is busy", () => {
    const aws = awsEnd({ status: "down", ipsec: "down", ...modifying });
    const keys = one(keyOf("one-a", { aws: "other", azure: "pending", pending }));
    const plan = planWith({ keys, tunnels: [{ ...down("one-a"), aws }, up("one-b")] });
    expect(reasonOf(plan, "one-a")).toBe("tunnel-busy");
  });

  it("gives an end the whole time to settle before it says that it backs off", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const memory = (at: number) => memoryWith({}, knownOf("one-a", { asked: [asked("azure", at, "c")] }));
    expect(reasonOf(planWith({ keys, tunnels: lost, memory: memory(NOW) }), "one-a")).toBe("settling");
  });
});

describe("planPreSharedKeys, before a rotation", () => {
  const dueNow = keyOf("one-a", { current: stored("c", { createdAt: NOW - 30 * DAY }) });

  it("begins in the very second in which it is due", () => {
    expect(planWith({ keys: one(dueNow) }).step).toMatchObject({ kind: "stage", reason: "rotation-due" });
  });

  it.each(["aws", "azure"] as const)("waits until %s shows what it was asked for last", (end) => {
    const memory = (at: number) => memoryWith({}, knownOf("one-a", { asked: [asked(end, at, "c")] }));
    const settling = planWith({ keys: one(dueNow), memory: memory(NOW - policy.settleSeconds + 1) });
    expect(settling.step).toBeNull();
    expect(reasonOf(settling, "one-a")).toBe("settling");
    expect(planWith({ keys: one(dueNow), memory: memory(NOW - policy.settleSeconds) }).step).toMatchObject({
      kind: "stage",
    });
  });
});

describe("planPreSharedKeys, before either end has the new key", () => {
  it("waits until AWS shows what it was asked for last", () => {
    const memory = memoryOf(asked("aws", NOW - policy.settleSeconds + 1, "c"));
    expect(reasonOf(planWith({ keys: one(staged), memory }), "one-a")).toBe("settling");
  });

  it("gives the rotation up when it has begun and is not safe any more", () => {
    const tunnels = [up("one-a"), down("one-b")];
    const plan = planWith({ keys: one(staged), tunnels, memory: memoryWith({ attempt }) });
    expect(plan.step).toEqual({
      kind: "drop",
      tunnel: "one-a",
      versionId: "p",
      reason: "rotation-failed",
      failed: "unsafe",
    });
  });

  it("waits, and gives nothing up, while another tunnel's rotation is under way", () => {
    const other = { tunnel: "one-b", versionId: "q", startedAt: NOW - 60, turnedBack: null };
    const keys = [staged, keyOf("one-b", { current: old("d"), pending: stored("q") })];
    const plan = planWith({ keys, memory: memoryWith({ attempt: other }) });
    expect(plan.step).toMatchObject({ tunnel: "one-b", kind: "set" });
    expect(reasonOf(plan, "one-a")).toBe("other-rotation");
  });

  it("backs off for longer each time that Azure does not show the key", () => {
    const plan = planWith({
      keys: one(staged),
      memory: memoryOf(asked("azure", NOW - 1_000), asked("azure", NOW - 400)),
    });
    expect(plan.step).toBeNull();
    expect(plan.waits[0]).toEqual({ tunnel: "one-a", reason: "back-off", until: NOW + 200 });
  });
});

describe("planPreSharedKeys, half-way", () => {
  it("waits while AWS is busy with something else", () => {
    const tunnels = [{ ...up("one-a"), aws: awsEnd(modifying) }, up("one-b")];
    const plan = planWith({ keys: one(halfway), tunnels, memory: memoryWith({ attempt }) });
    expect(plan.step).toBeNull();
    expect(reasonOf(plan, "one-a")).toBe("tunnel-busy");
  });

  it("backs off for longer each time that AWS does not show the key, and up to that second", () => {
    const planAt = (first: number, last: number) =>
      planWith({ keys: one(halfway), memory: memoryOf(asked("aws", first), asked("aws", last)) });
    const early = planAt(NOW - 1_000, NOW - 400);
    expect(early.step).toBeNull();
    expect(early.waits[0]).toEqual({ tunnel: "one-a", reason: "back-off", until: NOW + 200 });
    expect(planAt(NOW - 1_200, NOW - 600).step).toMatchObject({ end: "aws", reason: "rotate" });
  });

  it("does not turn back because another tunnel's rotation has", () => {
    const other = { tunnel: "one-b", versionId: "q", startedAt: NOW - 60, turnedBack: "unsafe" } as const;
    // Its own key cannot be read, or it would come first.
    const keys = [halfway, { ...keyOf("one-b"), stored: { unknown: "Throttling" } }];
    const plan = planWith({ keys, memory: memoryWith({ attempt: other }) });
    expect(plan.step).toMatchObject({ tunnel: "one-a", end: "aws", reason: "rotate" });
  });
});

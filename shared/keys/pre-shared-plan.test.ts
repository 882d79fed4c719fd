import { describe, expect, it } from "vitest";
import { DAY, keyOf, NOW, old, planWith, policy, reasonOf, stored } from "./test-pre-shared.ts";

const pending = stored("p", { createdAt: NOW - 60 });
const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];

describe("planPreSharedKeys, when nothing is wrong", () => {
  it("has no step while keys are in step and young, and says when the next is due", () => {
    const plan = planWith();
    expect(plan).toMatchObject({ step: null, conditions: [], complete: true, nextAt: NOW + 20 * DAY });
    expect(plan.waits.map(({ reason }) => reason)).toEqual(["not-due", "not-due"]);
  });

  it("makes a new key when the current one is due, of the tunnel that is due longest", () => {
    const keys = [
      keyOf("one-a", { current: old("a") }),
      keyOf("one-b", { current: stored("b", { createdAt: 0 }) }),
    ];
    const plan = planWith({ keys });
    expect(plan.step).toEqual({ kind: "stage", tunnel: "one-b", from: null, reason: "rotation-due" });
    expect(reasonOf(plan, "one-a")).toBe("other-first");
  });

  it("replaces at once a key that was found at the ends, as others may know it", () => {
    const keys = one(keyOf("one-a", { current: stored("c", { origin: "adopted" }) }));
    expect(planWith({ keys }).step).toMatchObject({ kind: "stage", tunnel: "one-a", reason: "adopted" });
  });

  it("replaces a key that a person asks for, once", () => {
    const askedFor = new Map([["one-a", NOW - DAY]]);
    expect(planWith({ askedFor }).step).toMatchObject({ kind: "stage", reason: "asked-for" });
    const keys = one(keyOf("one-a", { current: stored("c", { createdAt: NOW - 60 }) }));
    expect(planWith({ askedFor, keys }).step).toBeNull();
  });

  it("rotates nothing by itself when the link does not want it, and drops what was begun", () => {
    const never = { ...policy, rotateEverySeconds: null };
    const aged = one(keyOf("one-a", { current: stored("c", { origin: "adopted", createdAt: 0 }) }));
    expect(planWith({ policy: never, keys: aged })).toMatchObject({ step: null, waits: [] });
    const keys = one(keyOf("one-a", { pending }));
    expect(planWith({ policy: never, keys }).step).toMatchObject({
      kind: "drop",
      reason: "not-wanted",
      failed: null,
    });
  });
});
